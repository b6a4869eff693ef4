import { type Database, lockUser } from "./database";
import { endLinks, type LinkRequest, type MailedLinks, useLink } from "./mailed-links";
import { type PasswordHasher } from "./password-hasher";
import { weaknessOf } from "./password-rules";
import { refuse, type Refusal } from "./problem";
import { toEmailKey } from "./profile-rules";
import { revoke, type Sessions, type SignedIn } from "./sessions";
import { type Client, type Throttle } from "./throttle";

export type PasswordReset = ReturnType<typeof createPasswordReset>;

/** Links that a password is chosen by: the one who runs a new shop gets theirs at the start, all others by mail. */
const toChooseBy = ["RESET_PASSWORD", "FIRST_PASSWORD"] as const;
const invalidToken = refuse("INVALID_TOKEN", "This link is used up or too old: ask for another.", ["token"]);

/** How somebody who forgot their password comes by another. */
export function createPasswordReset(deps: {
  db: Database;
  links: MailedLinks;
  hasher: PasswordHasher;
  sessions: Sessions;
  throttle: Throttle;
}) {
  const { db, links, hasher, sessions, throttle } = deps;
  return {
    /** The same, done and answered, whether or not there is such an account. */
    request: async (email: string, client: Client): Promise<LinkRequest> => {
      const admitted = await throttle.request("password reset", client);
      return admitted.ok ? links.request("RESET_PASSWORD", toEmailKey(email)) : admitted;
    },

    /** Sets a password, ends all sessions and signs in. A password that is refused leaves the token as it was. */
    reset: async (choice: { token: string; newPassword: string }, client: Client): Promise<SignedIn | Refusal> => {
      const { token, newPassword } = choice;
      const found = await links.findUser(toChooseBy, token);
      if (found === null) return invalidToken;
      const { id, emailKey } = found;
      const weakness = weaknessOf(newPassword, found);
      if (weakness !== undefined) return refuse("WEAK_PASSWORD", weakness, ["newPassword"]);

      const passwordHash = await hasher.hash(newPassword);
      return db.$transaction(async (tx) => {
        const before = await lockUser(tx, id);
        if (before === null) return invalidToken;
        const wasMailed = await useLink(tx, "RESET_PASSWORD", token);
        if (!wasMailed && !(await useLink(tx, "FIRST_PASSWORD", token))) return invalidToken;
        await endLinks(tx, toChooseBy, emailKey);
        // Who was mailed it has read their mail, which is all that a verification asks for.
        const emailVerifiedAt = before.emailVerifiedAt ?? (wasMailed ? new Date() : null);
        const user = await tx.user.update({ where: { id }, data: { passwordHash, emailVerifiedAt } });
        await revoke(tx, id);
        return sessions.open(tx, user, client.userAgent);
      });
    },
  };
}
