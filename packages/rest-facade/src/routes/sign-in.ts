import { z } from "zod";
import { type AnswerMapping, payloadOf } from "../answers";
import { displayName, email, password, phone, text } from "../inputs";
import { objectOf, schemaAt } from "../json-schema";
import { defineRoute, type Route, userErrors } from "../route";
import { account } from "./own-account";

const signedIn = `user { ${account} } tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt } ${userErrors}`;
const refreshToken = text("q83vEjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0Vng");
const mailedToken = text("Zm9yIGEgc2luZ2xlIHVzZSwgYW5kIGZvciBhbiBob3Vy");
const service = "user";

/** Who signed in, and the tokens, in one object. */
export function sessionOf(mutation: string): AnswerMapping {
  return {
    read: (data) => {
      const outcome = payloadOf(mutation).read(data);
      if (outcome.kind !== "body") return outcome;
      const { user, tokens } = data[mutation] as { user: unknown; tokens: object | null };
      return { kind: "body", body: { user, ...tokens } };
    },
    describe: (data, ok) => {
      const user = schemaAt(data, `${mutation}.user`);
      return { [ok]: objectOf({ user, ...schemaAt(data, `${mutation}.tokens`).properties }) };
    },
  };
}

const emailVerification: AnswerMapping = {
  read: (data) => {
    if ("verifyEmail" in data) return payloadOf("verifyEmail", "user").read(data);
    const requested = payloadOf("requestEmailVerification").read(data);
    return requested.kind === "body" ? { ...requested, status: 202 } : requested;
  },
  describe: (data, ok) => ({ ...payloadOf("verifyEmail", "user").describe(data, ok), 202: undefined }),
};

export const signInRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/register",
    summary: "Make an account",
    access: "anyone",
    body: z.strictObject({ email, password, displayName, phone: phone.nullish() }),
    ok: 201,
    problems: { 409: "There is an account with this address" },
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
    body: z.strictObject({ email, password }),
    problems: { 401: "The address or the password is wrong" },
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
    body: z.strictObject({ refreshToken }),
    statuses: { INVALID_TOKEN: 401 },
    problems: { 401: "The token is used up, out of date, or of a session that ended" },
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
    body: z.strictObject({ refreshToken }),
    ok: 204,
    statuses: { INVALID_TOKEN: 401 },
    problems: { 401: "There is no session with this token" },
    operation: `mutation Logout($refreshToken: String!) { logout(refreshToken: $refreshToken) { ${userErrors} } }`,
    variables: ({ body }) => body,
    answer: payloadOf("logout"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/logout-everywhere",
    summary: "End all your sessions",
    ok: 204,
    operation: `mutation LogoutEverywhere { logoutEverywhere { ${userErrors} } }`,
    answer: payloadOf("logoutEverywhere"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/email-verifications",
    summary: "Ask for a mail that verifies your address; or, with the `token` in it, verify the address",
    access: "anyone",
    body: z.strictObject({ token: mailedToken.optional() }),
    problems: { 401: "To ask for a mail you must be signed in", 410: "The token is used up, or out of date" },
    operation: `mutation EmailVerification($token: String!, $verify: Boolean!) {
      verifyEmail(token: $token) @include(if: $verify) { user { ${account} } ${userErrors} }
      requestEmailVerification @skip(if: $verify) { ${userErrors} }
    }`,
    variables: ({ body: { token } }) => ({ token: token ?? "", verify: token !== undefined }),
    answer: emailVerification,
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/password-reset-requests",
    summary: "Ask for a mail to choose a new password with; the answer does not tell whether there is such an account",
    access: "anyone",
    body: z.strictObject({ email }),
    ok: 202,
    operation: `mutation RequestPasswordReset($email: EmailAddress!) {
      requestPasswordReset(email: $email) { ${userErrors} }
    }`,
    variables: ({ body }) => body,
    answer: payloadOf("requestPasswordReset"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/auth/password-resets",
    summary: "Choose a new password with the token of such a mail; every session ends, and a new one begins",
    access: "anyone",
    body: z.strictObject({ token: mailedToken, newPassword: password }),
    problems: { 410: "The token is used up, or out of date" },
    operation: `mutation ResetPassword($token: String!, $newPassword: String!) {
      resetPassword(token: $token, newPassword: $newPassword) { ${signedIn} }
    }`,
    variables: ({ body }) => body,
    answer: sessionOf("resetPassword"),
  }),
  defineRoute({
    service,
    method: "PUT",
    path: "/v1/users/me/password",
    summary: "Change your password; every other session ends",
    body: z.strictObject({ currentPassword: password, newPassword: text("a better horse battery") }),
    statuses: { INVALID_CREDENTIALS: 422 },
    operation: `mutation ChangePassword($currentPassword: String!, $newPassword: String!) {
      changePassword(currentPassword: $currentPassword, newPassword: $newPassword) { ${signedIn} }
    }`,
    variables: ({ body }) => body,
    answer: sessionOf("changePassword"),
  }),
];
