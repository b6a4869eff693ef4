import { requireViewer, type Viewer } from "@shop/auth";
import { userDeleted, userProfileUpdated, userRegistered } from "@shop/event-contracts";
import { appendToOutbox } from "@shop/messaging";
import { recordAudit } from "./audit-log";
import { type Avatars } from "./avatars";
import { type Database, lockUser, type Transaction, type UserRow } from "./database";
import { isLastAdmin } from "./last-admin";
import { type MailedLinks } from "./mailed-links";
import { type PasswordCheck } from "./password-check";
import { refuse, type Refusal, type Throttled } from "./problem";

export type AccountDeletion = ReturnType<typeof createAccountDeletion>;

const wrongPassword = refuse("INVALID_CREDENTIALS", "This is not your current password.", ["password"]);
const lastAdmin = refuse("INVALID_INPUT", "You are the only admin: give somebody else the role first.");
const done = { ok: true } as const;

/** How somebody takes back all that this shop knows of them. See docs/adr/0026-what-a-deleted-account-leaves.md. */
export function createAccountDeletion(deps: {
  db: Database;
  passwordCheck: PasswordCheck;
  links: Pick<MailedLinks, "forget">;
  avatars: Pick<Avatars, "release" | "discard">;
}) {
  const { db, passwordCheck, links, avatars } = deps;

  /** @returns the account that is gone, or what keeps it; undefined where it was gone before */
  async function remove(tx: Transaction, { id, passwordHash }: UserRow): Promise<UserRow | Refusal | undefined> {
    const user = await lockUser(tx, id);
    if (user === null) return undefined;
    if (user.passwordHash !== passwordHash) return wrongPassword; // it was changed since
    if (user.role === "ADMIN" && (await isLastAdmin(tx, id))) return lastAdmin;
    await avatars.release(tx, user);
    await links.forget(tx, user.emailKey);
    await forgetWhatWasTold(tx, id);
    await recordAudit(tx, {
      actorId: id,
      action: "user.deleted",
      targetId: id,
      before: { role: user.role },
      after: {},
    });
    await tx.user.delete({ where: { id } }); // and with it sessions, tokens, addresses and idempotency keys
    await appendToOutbox(tx, userDeleted, { userId: id });
    return user;
  }

  return {
    /**
     * Deletes the viewer's account, and has the other services do the same by what they know of them. Asked again, it
     * succeeds and changes nothing.
     */
    delete: async (viewer: Viewer | null, password: string): Promise<{ readonly ok: true } | Refusal | Throttled> => {
      const { userId, sessionId } = requireViewer(viewer);
      const user = await db.user.findUnique({ where: { id: userId } });
      if (user === null) return done;
      const checked = await passwordCheck.again(sessionId, password, user.passwordHash);
      if (typeof checked === "object") return checked;
      if (checked === "WRONG") return wrongPassword;
      const removed = await db.$transaction((tx) => remove(tx, user));
      if (removed === undefined) return done;
      if ("ok" in removed) return removed;
      await avatars.discard(removed);
      return done;
    },
  };
}

/** Published or not: their names would lie in the outbox for a day. Whoever reads of the deletion alone has missed nothing. */
async function forgetWhatWasTold(tx: Transaction, userId: string): Promise<void> {
  const types = [userRegistered.type, userProfileUpdated.type];
  await tx.outboxEvent.deleteMany({ where: { key: userId, type: { in: types } } });
}
