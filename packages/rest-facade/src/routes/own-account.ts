import { z } from "zod";
import { payloadOf, thingAt } from "../answers";
import { addressFields, displayName, exampleId, expectedVersion, imageUpload, password, phone, text } from "../inputs";
import { defineRoute, type Route, userErrors } from "../route";

/** What REST tells of an account. */
export const account = "id displayName avatarUrl email emailVerified phone role createdAt version";
const address = "id label recipient line1 line2 city region postalCode countryCode phone isDefault";
const addressInput = z.strictObject({
  label: text("Home").nullish(),
  ...addressFields,
  isDefault: z.boolean().nullish(),
});
const service = "user";

const profileRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "GET",
    path: "/v1/users/me",
    summary: "Your account",
    operation: `query Me { me { ${account} } }`,
    answer: thingAt("me"),
  }),
  defineRoute({
    service,
    method: "PATCH",
    path: "/v1/users/me",
    summary: "Change your profile: what is absent stays, null clears",
    body: z.strictObject({ displayName: displayName.nullish(), phone: phone.nullish(), expectedVersion }),
    operation: `mutation UpdateProfile($input: UpdateProfileInput!) {
      updateProfile(input: $input) { user { ${account} } ${userErrors} }
    }`,
    variables: ({ body }) => ({ input: body }),
    answer: payloadOf("updateProfile", "user"),
  }),
  defineRoute({
    service,
    method: "DELETE",
    path: "/v1/users/me",
    summary: "Delete your account: what is known of you goes, your orders stay without your name",
    body: z.strictObject({ password }),
    ok: 204,
    statuses: { INVALID_CREDENTIALS: 422 },
    operation: `mutation DeleteAccount($password: String!) { deleteAccount(password: $password) { ${userErrors} } }`,
    variables: ({ body }) => body,
    answer: payloadOf("deleteAccount"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/users/me/sessions",
    summary: "Where you are signed in",
    operation: `query Sessions { me { sessions { id createdAt lastUsedAt userAgent current } } }`,
    answer: thingAt("me.sessions"),
  }),
  defineRoute({
    service,
    method: "DELETE",
    path: "/v1/users/me/sessions/{id}",
    summary: "End one of your sessions",
    ok: 204,
    operation: `mutation RevokeSession($id: ID!) { revokeSession(id: $id) { ${userErrors} } }`,
    answer: payloadOf("revokeSession"),
  }),
];

const addressRoutes: readonly Route[] = [
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
    operation: `mutation AddAddress($input: AddressInput!) { saveAddress(input: $input) { address { ${address} } ${userErrors} } }`,
    variables: ({ body, idempotencyKey }) => ({ input: { ...body, idempotencyKey } }),
    answer: payloadOf("saveAddress", "address"),
  }),
  defineRoute({
    service,
    method: "PUT",
    path: "/v1/users/me/addresses/{id}",
    summary: "Change an address",
    body: addressInput,
    operation: `mutation SaveAddress($input: AddressInput!) { saveAddress(input: $input) { address { ${address} } ${userErrors} } }`,
    variables: ({ path, body }) => ({ input: { ...body, id: path["id"] } }),
    answer: payloadOf("saveAddress", "address"),
  }),
  defineRoute({
    service,
    method: "DELETE",
    path: "/v1/users/me/addresses/{id}",
    summary: "Remove an address",
    ok: 204,
    operation: `mutation RemoveAddress($id: ID!) { removeAddress(id: $id) { ${userErrors} } }`,
    answer: payloadOf("removeAddress"),
  }),
];

const avatarRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "POST",
    path: "/v1/users/me/avatar-uploads",
    summary: "Ask for a form to upload your picture with",
    body: imageUpload,
    ok: 201,
    problems: { 413: "The picture, or the body, is too large", 415: "Not a type of picture that is taken, or no JSON" },
    operation: `mutation RequestAvatarUpload($input: ImageUploadInput!) {
      requestAvatarUpload(input: $input) { upload { id url fields { name value } expiresAt } ${userErrors} }
    }`,
    variables: ({ body }) => ({ input: body }),
    answer: payloadOf("requestAvatarUpload", "upload"),
  }),
  defineRoute({
    service,
    method: "PUT",
    path: "/v1/users/me/avatar",
    summary: "Make what was uploaded your picture",
    body: z.strictObject({ uploadId: text(exampleId("upl")) }),
    problems: {
      404: "There is no such upload, or nothing was uploaded yet",
      413: "The picture, or the body, is too large",
      415: "What was uploaded is no picture that is taken, or the body no JSON",
    },
    operation: `mutation AttachAvatar($uploadId: ID!) {
      attachAvatar(uploadId: $uploadId) { user { ${account} } ${userErrors} }
    }`,
    variables: ({ body }) => body,
    answer: payloadOf("attachAvatar", "user"),
  }),
];

export const ownAccountRoutes: readonly Route[] = [...profileRoutes, ...addressRoutes, ...avatarRoutes];
