import { randomBytes } from "node:crypto";
import { userRegistered, userRoleChanged } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { appendToOutbox } from "@shop/messaging";
import { recordAudit } from "./audit-log";
import { type Database, lockUser, type Transaction, type UserRow } from "./database";
import { toProfile } from "./events";
import { endLinks, hashToken, type MailedLinks } from "./mailed-links";
import { toEmailKey } from "./profile-rules";
import { revoke } from "./sessions";

/** What whoever runs the shop chooses the first ADMIN's password with. */
export interface OneTimePassword {
  readonly token: string;
  readonly expiresAt: Date;
}

const lifetimeMs = 24 * 3_600_000;
/** One that ends sooner is not worth being shown again. */
const leastLeftMs = 3_600_000;

/**
 * Sees to it that the shop can have an ADMIN: the account with this address, made where there is none, without a password
 * until one is chosen with what is returned. Safe to repeat and to run at once: the same is returned until it is used or
 * about to end, so that no death between this and its showing locks anybody out.
 *
 * Whoever registered the address before is put out of it: that they did does not show that it is theirs.
 * @param email an address as the API takes it
 * @returns undefined where there is an ADMIN with a password: from then on admins make admins
 */
export async function prepareFirstAdmin(
  deps: { db: Database; links: Pick<MailedLinks, "tokenOf"> },
  email: string,
): Promise<OneTimePassword | undefined> {
  return deps.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(hashtext('first admin'))`;
    if ((await tx.user.count({ where: { role: "ADMIN", passwordHash: { not: null } } })) > 0) return undefined;
    const emailKey = toEmailKey(email);
    await forgetOthers(tx, emailKey);
    const user = await tx.user.findUnique({ where: { emailKey } });
    if (user === null) await add(tx, email);
    else if (user.role !== "ADMIN") await takeOver(tx, user);
    const link = await linkOf(tx, emailKey, deps.links);
    return { token: deps.links.tokenOf(link.id), expiresAt: link.expiresAt };
  });
}

/** Another address was configured before, perhaps by a slip: its owner must not become ADMIN. */
async function forgetOthers(tx: Transaction, emailKey: string): Promise<void> {
  const others = await tx.user.findMany({ where: { role: "ADMIN", emailKey: { not: emailKey } } });
  for (const other of others) {
    await endLinks(tx, ["FIRST_PASSWORD", "RESET_PASSWORD"], other.emailKey);
    await setRole(tx, other, { role: "CUSTOMER" });
  }
}

async function add(tx: Transaction, email: string): Promise<void> {
  const user = await tx.user.create({
    data: {
      ...{ id: createId("usr"), email, emailKey: toEmailKey(email), passwordHash: null, displayName: "Admin" },
      ...{ role: "ADMIN", createdAt: new Date() },
    },
  });
  await appendToOutbox(tx, userRegistered, toProfile(user, null));
  await recordRole(tx, user.id, {}, "ADMIN");
}

async function takeOver(tx: Transaction, { id }: UserRow): Promise<void> {
  const user = await lockUser(tx, id);
  if (user === null) throw new Error("The account was deleted meanwhile.");
  await endLinks(tx, ["RESET_PASSWORD", "VERIFY_EMAIL"], user.emailKey);
  await revoke(tx, id);
  await setRole(tx, user, { role: "ADMIN", passwordHash: null, emailVerifiedAt: null });
}

async function setRole(
  tx: Transaction,
  { id, role }: UserRow,
  data: { role: "ADMIN" | "CUSTOMER"; passwordHash?: null; emailVerifiedAt?: null },
): Promise<void> {
  await tx.user.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
  await appendToOutbox(tx, userRoleChanged, { userId: id, role: data.role });
  await recordRole(tx, id, { role }, data.role);
}

async function recordRole(tx: Transaction, userId: string, before: { role?: string }, role: string): Promise<void> {
  await recordAudit(tx, { actorId: null, action: "user.role-changed", targetId: userId, before, after: { role } });
}

async function linkOf(tx: Transaction, emailKey: string, { tokenOf }: Pick<MailedLinks, "tokenOf">) {
  const now = Date.now();
  const where = { purpose: "FIRST_PASSWORD", emailKey, endedAt: null } as const;
  const shown = await tx.mailedLink.findFirst({ where: { ...where, expiresAt: { gt: new Date(now + leastLeftMs) } } });
  if (shown !== null) return shown;
  await endLinks(tx, ["FIRST_PASSWORD"], emailKey);
  const id = randomBytes(32).toString("base64url");
  const expiresAt = new Date(now + lifetimeMs);
  const settled = { settledAt: new Date(now), nextTryAt: new Date(now) }; // it is not to be mailed
  return tx.mailedLink.create({
    data: { id, purpose: "FIRST_PASSWORD", emailKey, tokenHash: hashToken(tokenOf(id)), expiresAt, ...settled },
  });
}

/** @param publicUrl where the shop's pages are */
export function describeOneTimePassword(email: string, given: OneTimePassword, publicUrl: string): string {
  return [
    `The shop has no admin yet. ${email} becomes one with this one-time password, until ${given.expiresAt.toISOString()}:`,
    `    ${given.token}`,
    `Choose a password of your own with it: at ${publicUrl}/reset-password#token=${given.token}`,
    "or by resetPassword(token, newPassword), over REST POST /v1/auth/password-resets.",
    "",
  ].join("\n");
}
