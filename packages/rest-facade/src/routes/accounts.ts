import { z } from "zod";
import { pageAt, payloadOf, thingAt } from "../answers";
import { defineRoute, pageQuery, type RestAnswer, type Route } from "../route";

const errors = "errors { code message path }";
const address = "id label recipient line1 line2 city region postalCode countryCode phone isDefault";
const user = `id displayName avatarUrl email emailVerified phone role createdAt version`;
const session = "id createdAt lastUsedAt userAgent current";
const signedIn = `user { ${user} } tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt } ${errors}`;

const addressInput = z.strictObject({
  label: z.string().nullish(),
  recipient: z.string(),
  line1: z.string(),
  line2: z.string().nullish(),
  city: z.string(),
  region: z.string().nullish(),
  postalCode: z.string(),
  countryCode: z.string(),
  phone: z.string().nullish(),
  isDefault: z.boolean().nullish(),
});
const service = "user";

/** Who signed in, and the tokens. */
function sessionOf(mutation: string): Route["answer"] {
  return (data) => {
    const outcome = payloadOf(mutation)(data);
    if (outcome.kind !== "body") return outcome;
    const { user: who, tokens } = data[mutation] as { user: unknown; tokens: object | null };
    return { kind: "body", body: { user: who, ...tokens } };
  };
}

function withStatus(status: number, answer: RestAnswer): RestAnswer {
  return answer.kind === "body" ? { ...answer, status } : answer;
}

const signInRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/register",
    summary: "Make an account",
    access: "anyone",
    body: z.strictObject({
      email: z.string(),
      password: z.string(),
      displayName: z.string(),
      phone: z.string().nullish(),
    }),
    ok: 201,
    operation: `mutation Register($input: RegisterUserInput!) { registerUser(input: $input) { ${signedIn} } }`,
    variables: ({ body }) => ({ input: body }),
    answer: sessionOf("registerUser"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/login",
    summary: "Sign in",
    access: "anyone",
    body: z.strictObject({ email: z.string(), password: z.string() }),
    operation: `mutation Login($input: LoginInput!) { login(input: $input) { ${signedIn} } }`,
    variables: ({ body }) => ({ input: body }),
    answer: sessionOf("login"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/refresh",
    summary: "New tokens for a refresh token, which is used up by it",
    access: "anyone",
    body: z.strictObject({ refreshToken: z.string() }),
    statuses: { INVALID_TOKEN: 401 },
    operation: `mutation Refresh($refreshToken: String!) { refreshTokens(refreshToken: $refreshToken) { ${signedIn} } }`,
    variables: ({ body }) => body,
    answer: sessionOf("refreshTokens"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/logout",
    summary: "End the session of a refresh token",
    access: "anyone",
    body: z.strictObject({ refreshToken: z.string() }),
    ok: 204,
    statuses: { INVALID_TOKEN: 401 },
    operation: `mutation Logout($refreshToken: String!) { logout(refreshToken: $refreshToken) { ${errors} } }`,
    variables: ({ body }) => body,
    answer: payloadOf("logout"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/logout-everywhere",
    summary: "End all your sessions",
    ok: 204,
    operation: `mutation LogoutEverywhere { logoutEverywhere { ${errors} } }`,
    answer: payloadOf("logoutEverywhere"),
  }),
];

const mailRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/email-verifications",
    summary: "Ask for a mail that verifies your address; or, with the `token` in it, verify the address",
    access: "anyone",
    body: z.strictObject({ token: z.string().optional() }),
    operation: `mutation EmailVerification($token: String!, $verify: Boolean!) {
      verifyEmail(token: $token) @include(if: $verify) { user { ${user} } ${errors} }
      requestEmailVerification @skip(if: $verify) { ${errors} }
    }`,
    variables: ({ body: { token } }) => ({ token: token ?? "", verify: token !== undefined }),
    answer: (data) =>
      "verifyEmail" in data
        ? payloadOf("verifyEmail", "user")(data)
        : withStatus(202, payloadOf("requestEmailVerification")(data)),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/password-reset-requests",
    summary: "Ask for a mail to choose a new password with; the answer does not tell whether there is such an account",
    access: "anyone",
    body: z.strictObject({ email: z.string() }),
    ok: 202,
    operation: `mutation RequestPasswordReset($email: EmailAddress!) { requestPasswordReset(email: $email) { ${errors} } }`,
    variables: ({ body }) => body,
    answer: payloadOf("requestPasswordReset"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/password-resets",
    summary: "Choose a new password with the token of such a mail; every session ends, and a new one begins",
    access: "anyone",
    body: z.strictObject({ token: z.string(), newPassword: z.string() }),
    operation: `mutation ResetPassword($token: String!, $newPassword: String!) {
      resetPassword(token: $token, newPassword: $newPassword) { ${signedIn} }
    }`,
    variables: ({ body }) => body,
    answer: sessionOf("resetPassword"),
  }),
];

const ownRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "GET",
    path: "/v1/users/me",
    summary: "Your account",
    operation: `query Me { me { ${user} } }`,
    answer: thingAt("me"),
  }),
  defineRoute({
    service,
    method: "PATCH",
    path: "/v1/users/me",
    summary: "Change your profile: what is absent stays, null clears",
    body: z.strictObject({
      displayName: z.string().nullish(),
      phone: z.string().nullish(),
      expectedVersion: z.int().nullish(),
    }),
    operation: `mutation UpdateProfile($input: UpdateProfileInput!) { updateProfile(input: $input) { user { ${user} } ${errors} } }`,
    variables: ({ body }) => ({ input: body }),
    answer: payloadOf("updateProfile", "user"),
  }),
  defineRoute({
    service,
    method: "PUT",
    path: "/v1/users/me/password",
    summary: "Change your password; every other session ends",
    body: z.strictObject({ currentPassword: z.string(), newPassword: z.string() }),
    statuses: { INVALID_CREDENTIALS: 422 },
    operation: `mutation ChangePassword($currentPassword: String!, $newPassword: String!) {
      changePassword(currentPassword: $currentPassword, newPassword: $newPassword) { ${signedIn} }
    }`,
    variables: ({ body }) => body,
    answer: sessionOf("changePassword"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/users/me/sessions",
    summary: "Where you are signed in",
    operation: `query Sessions { me { sessions { ${session} } } }`,
    answer: thingAt("me.sessions"),
  }),
  defineRoute({
    service,
    method: "DELETE",
    path: "/v1/users/me/sessions/{id}",
    summary: "End one of your sessions",
    ok: 204,
    operation: `mutation RevokeSession($id: ID!) { revokeSession(id: $id) { ${errors} } }`,
    answer: payloadOf("revokeSession"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/users/me/addresses",
    summary: "Your addresses",
    operation: `query Addresses { me { addresses { ${address} } } }`,
    answer: thingAt("me.addresses"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/users/me/addresses",
    summary: "Add an address",
    idempotent: true,
    body: addressInput,
    ok: 201,
    operation: `mutation AddAddress($input: AddressInput!) { saveAddress(input: $input) { address { ${address} } ${errors} } }`,
    variables: ({ body, idempotencyKey }) => ({ input: { ...body, idempotencyKey } }),
    answer: payloadOf("saveAddress", "address"),
  }),
  defineRoute({
    service,
    method: "PUT",
    path: "/v1/users/me/addresses/{id}",
    summary: "Change an address",
    body: addressInput,
    operation: `mutation SaveAddress($input: AddressInput!) { saveAddress(input: $input) { address { ${address} } ${errors} } }`,
    variables: ({ path, body }) => ({ input: { ...body, id: path["id"] } }),
    answer: payloadOf("saveAddress", "address"),
  }),
  defineRoute({
    service,
    method: "DELETE",
    path: "/v1/users/me/addresses/{id}",
    summary: "Remove an address",
    ok: 204,
    operation: `mutation RemoveAddress($id: ID!) { removeAddress(id: $id) { ${errors} } }`,
    answer: payloadOf("removeAddress"),
  }),
];

const avatarRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "POST",
    path: "/v1/users/me/avatar-uploads",
    summary: "Ask for a form to upload your picture with",
    body: z.strictObject({ contentType: z.string(), bytes: z.int() }),
    ok: 201,
    operation: `mutation RequestAvatarUpload($input: ImageUploadInput!) {
      requestAvatarUpload(input: $input) { upload { id url fields { name value } expiresAt } ${errors} }
    }`,
    variables: ({ body }) => ({ input: body }),
    answer: payloadOf("requestAvatarUpload", "upload"),
  }),
  defineRoute({
    service,
    method: "PUT",
    path: "/v1/users/me/avatar",
    summary: "Make what was uploaded your picture",
    body: z.strictObject({ uploadId: z.string() }),
    operation: `mutation AttachAvatar($uploadId: ID!) { attachAvatar(uploadId: $uploadId) { user { ${user} } ${errors} } }`,
    variables: ({ body }) => body,
    answer: payloadOf("attachAvatar", "user"),
  }),
];

const staffRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "GET",
    path: "/v1/users",
    summary: "Accounts",
    access: "staff",
    query: z.strictObject({
      ...pageQuery,
      search: z.string().optional().describe("A part of the name or the address"),
      role: z.enum(["CUSTOMER", "STAFF", "ADMIN"]).optional().describe("Only those with this role"),
    }),
    operation: `query Users($filter: UserFilter, $first: Int, $after: String) {
      users(filter: $filter, first: $first, after: $after) { edges { node { ${user} } } pageInfo { hasNextPage endCursor } }
    }`,
    variables: ({ query: { search, role, limit, after } }) => ({ filter: { search, role }, first: limit, after }),
    answer: pageAt("users"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/users/{id}",
    summary: "One account, as much of it as you may see",
    access: "anyone",
    operation: `query User($id: ID!) { user(id: $id) { ${user} } }`,
    answer: thingAt("user"),
  }),
  defineRoute({
    service,
    method: "PUT",
    path: "/v1/users/{id}/role",
    summary: "Give someone a role",
    access: "admin",
    body: z.strictObject({ role: z.enum(["CUSTOMER", "STAFF", "ADMIN"]) }),
    operation: `mutation SetRole($userId: ID!, $role: Role!) {
      setUserRole(userId: $userId, role: $role) { user { ${user} } ${errors} }
    }`,
    variables: ({ path, body }) => ({ userId: path["id"], ...body }),
    answer: payloadOf("setUserRole", "user"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/audit-log",
    summary: "What staff and admins did",
    access: "admin",
    query: z.strictObject(pageQuery),
    operation: `query AuditLog($first: Int, $after: String) {
      auditLog(first: $first, after: $after) {
        edges { node { id at actor { id } action targetId before after } } pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: ({ query: { limit, after } }) => ({ first: limit, after }),
    answer: pageAt("auditLog"),
  }),
];

export const accountRoutes: readonly Route[] = [
  ...signInRoutes,
  ...mailRoutes,
  ...ownRoutes,
  ...avatarRoutes,
  ...staffRoutes,
];
