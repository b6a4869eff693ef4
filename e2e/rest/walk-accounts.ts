import { randomUUID } from "node:crypto";
import { eventually } from "../test/eventually";
import { type Api } from "./api";
import { uploadPicture, type Upload } from "../test/upload";

export interface Signed {
  readonly user: { readonly id: string; readonly email: string };
  readonly accessToken: string;
  readonly refreshToken: string;
}

export const password = "a long enough secret";

export function register(api: Api): Promise<Signed> {
  const email = `rest-${randomUUID()}@example.com`;
  return api.ok<Signed>("POST /v1/auth/register", { body: { email, password, displayName: "Ada" } });
}

export async function logIn(api: Api, email: string, secret = "demo-password-1"): Promise<Signed> {
  return api.ok<Signed>("POST /v1/auth/login", { body: { email, password: secret } });
}

/** Everything that one does with one's own account, and staff and admins with others'. */
export async function walkAccounts(
  api: Api,
  { staff, admin, mailbox }: { staff: string; admin: string; mailbox: () => Promise<string> },
): Promise<void> {
  const ada = await register(api);
  const as = ada.accessToken;
  const { email, id } = ada.user;
  await api.ok("GET /v1/users/me", { as });
  await api.ok("PATCH /v1/users/me", { as, body: { displayName: "Ada Lovelace" } });
  await walkAddresses(api, as);
  await walkAvatar(api, as);

  await api.ok("POST /v1/auth/email-verifications", { as, body: {}, isComparable: false });
  await api.ok("POST /v1/auth/email-verifications", { body: { token: await linkTo(mailbox, email, "verify") } });
  await api.ok("POST /v1/auth/password-reset-requests", { body: { email }, isComparable: false });
  await api.ok("POST /v1/auth/password-reset-requests", { body: { email: `nobody-${email}` } });
  const token = await linkTo(mailbox, email, "reset");
  const anew = await api.ok<Signed>("POST /v1/auth/password-resets", { body: { token, newPassword: `${password} 2` } });
  const changed = await api.ok<Signed>("PUT /v1/users/me/password", {
    as: anew.accessToken,
    body: { currentPassword: `${password} 2`, newPassword: `${password} 3` },
  });
  const refreshed = await api.ok<Signed>("POST /v1/auth/refresh", { body: { refreshToken: changed.refreshToken } });

  const elsewhere = await logIn(api, email, `${password} 3`);
  const sessions = await api.ok<{ id: string; current: boolean }[]>("GET /v1/users/me/sessions", {
    as: refreshed.accessToken,
  });
  const other = sessions.find(({ current }) => !current)?.id ?? "";
  await api.ok("DELETE /v1/users/me/sessions/{id}", { as: refreshed.accessToken, path: { id: other } });
  expect((await api.call("POST /v1/auth/refresh", { body: { refreshToken: elsewhere.refreshToken } })).status).toBe(
    401,
  );
  await api.ok("POST /v1/auth/logout", { body: { refreshToken: refreshed.refreshToken } });
  const { accessToken } = await logIn(api, email, `${password} 3`);
  await api.ok("POST /v1/auth/logout-everywhere", { as: accessToken });

  await api.ok("GET /v1/users", { as: staff, query: { search: email } });
  await api.ok("GET /v1/users/{id}", { as: staff, path: { id } });
  await api.ok("PUT /v1/users/{id}/role", { as: admin, path: { id }, body: { role: "STAFF" } });
  await eventually(async () => {
    const query = { targetId: id };
    return (await api.ok<{ items: unknown[] }>("GET /v1/audit-log", { as: admin, query })).items.length > 0;
  });
  const last = await logIn(api, email, `${password} 3`);
  await api.ok("DELETE /v1/users/me", { as: last.accessToken, body: { password: `${password} 3` } });
}

async function walkAddresses(api: Api, as: string): Promise<void> {
  const body = { recipient: "Ada", line1: "1 Example Street", city: "London", postalCode: "N1", countryCode: "GB" };
  const { id } = await api.ok<{ id: string }>("POST /v1/users/me/addresses", { as, body });
  const path = { id };
  await api.ok("PUT /v1/users/me/addresses/{id}", { as, path, body: { ...body, city: "Leeds" } });
  await api.ok("GET /v1/users/me/addresses", { as });
  const stranger = (await register(api)).accessToken;
  expect((await api.call("PUT /v1/users/me/addresses/{id}", { as: stranger, path, body })).status).toBe(404);
  expect((await api.call("DELETE /v1/users/me/addresses/{id}", { as: stranger, path })).status).toBe(404);
  await api.ok("DELETE /v1/users/me/addresses/{id}", { as, path });
}

async function walkAvatar(api: Api, as: string): Promise<void> {
  const { id } = await uploadPicture((body) => api.ok<Upload>("POST /v1/users/me/avatar-uploads", { as, body }));
  await api.ok("PUT /v1/users/me/avatar", { as, body: { uploadId: id } });
}

/** The token of the newest mail to somebody whose link leads there. */
async function linkTo(mailbox: () => Promise<string>, email: string, where: string): Promise<string> {
  let token = "";
  await eventually(async () => {
    const mail = (await mailbox()).split("<article>").find((one) => one.includes(email) && one.includes(where));
    token = /token=([\w-]+)/.exec(mail ?? "")?.[1] ?? "";
    return token !== "";
  });
  return token;
}
