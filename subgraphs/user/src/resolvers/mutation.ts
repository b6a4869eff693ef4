import { requireViewer } from "@shop/auth";
import { isId } from "@shop/ids";
import { type Context } from "../context";
import { type MutationResolvers } from "../generated/graphql";
import { readAfresh, requireImages, toAuthPayload, toErrors, toLogoutPayload, toRequestPayload } from "./payloads";

export const Mutation: MutationResolvers = {
  registerUser: async (_parent, { input }, context) =>
    toAuthPayload(await context.accounts.register(input, context.client), context, "input"),

  login: async (_parent, { input }, context) =>
    toAuthPayload(await context.accounts.signIn(input, context.client), context, "input"),

  refreshTokens: async (_parent, { refreshToken }, context) =>
    toAuthPayload(await context.sessions.refresh(refreshToken), context),

  logout: async (_parent, { refreshToken }, { sessions }) => toLogoutPayload(await sessions.endByToken(refreshToken)),

  logoutEverywhere: async (_parent, _args, { viewer, sessions }) => toLogoutPayload(await sessions.endAll(viewer)),

  revokeSession: async (_parent, { id }, { viewer, sessions }) => toLogoutPayload(await sessions.endOne(viewer, id)),

  requestEmailVerification: async (_parent, _args, { viewer, emailVerification }) =>
    toRequestPayload(await emailVerification.request(viewer)),

  verifyEmail: async (_parent, { token }, context) => {
    const outcome = await context.emailVerification.verify(token);
    return { user: outcome.ok ? await readAfresh(outcome.userId, context) : null, errors: toErrors(outcome) };
  },

  requestPasswordReset: async (_parent, { email }, { client, passwordReset }) =>
    toRequestPayload(await passwordReset.request(email, client)),

  resetPassword: async (_parent, choice, context) =>
    toAuthPayload(await context.passwordReset.reset(choice, context.client), context),

  changePassword: async (_parent, change, context) =>
    toAuthPayload(await context.accounts.changePassword(context.viewer, change, context.client), context),

  updateProfile: async (_parent, { input }, context) => {
    const outcome = await context.profiles.update(context.viewer, input);
    return { user: await readViewer(context), errors: toErrors(outcome, "input") };
  },

  saveAddress: async (_parent, { input }, context) => {
    const { viewer, addresses } = context;
    const outcome = await addresses.save(viewer, input);
    const id = outcome.ok ? outcome.addressId : input.id;
    return {
      address: await addresses.ofViewer(viewer, id),
      user: await readViewer(context),
      errors: toErrors(outcome, "input"),
    };
  },

  removeAddress: async (_parent, { id }, context) => {
    const outcome = await context.addresses.remove(context.viewer, id);
    return { address: outcome.ok ? outcome.removed : null, user: await readViewer(context), errors: toErrors(outcome) };
  },

  requestAvatarUpload: async (_parent, { input }, { viewer, avatars }) => {
    const outcome = requireImages(await avatars.requestUpload(viewer, input));
    return { upload: outcome.ok ? outcome.upload : null, errors: toErrors(outcome) };
  },

  attachAvatar: async (_parent, { uploadId }, context) => {
    const outcome = requireImages(await context.avatars.attach(context.viewer, uploadId));
    return { user: await readViewer(context), errors: toErrors(outcome) };
  },

  deleteAccount: async (_parent, { password }, { viewer, accountDeletion }) =>
    toRequestPayload(await accountDeletion.delete(viewer, password)),

  setUserRole: async (_parent, { userId, role }, context) => {
    const outcome = await context.profiles.setRole(context.viewer, userId, role);
    return { user: isId(userId) ? await readAfresh(userId, context) : null, errors: toErrors(outcome) };
  },
};

const readViewer = (context: Context) => readAfresh(requireViewer(context.viewer).userId, context);
