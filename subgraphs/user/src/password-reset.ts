import { type Database, lockUser } from "./database";
import { endLinks, type LinkRequest, type MailedLinks, useLink } from "./mailed-links";
import { type PasswordHasher } from "./password-hasher";
import { weaknessOf } from "./password-rules";
import { refuse, type Refusal } from "./problem";
import { toEmailKey } from "./profile-rules";
import { revoke, type Sessions, type SignedIn } from "./sessions";

export type PasswordReset = ReturnType<typeof createPasswordReset>;

const invalidToken = refuse("INVALID_TOKEN", "This link is used up or too old: ask for another.", ["token"]);

/** How somebody who forgot their password comes by another. */
export function createPasswordReset(deps: {
  db: Database;
  links: MailedLinks;
  hasher: PasswordHasher;
  sessions: Sessions;
}) {
  const { db, links, hasher, sessions } = deps;
  return {
    /** The same, done and answered, whether or not there is such an account. */
    request: (email: string): Promise<LinkRequest> => links.request("RESET_PASSWORD", toEmailKey(email)),

    /** Sets a password, ends all sessions and signs in. A password that is refused leaves the token as it was. */
    reset: async (choice: { token: string; newPassword: string }, userAgent?: string): Promise<SignedIn | Refusal> => {
      const { token, newPassword } = choice;
      const found = await links.findUser("RESET_PASSWORD", token);
      if (found === null) return invalidToken;
      const { id, email, emailKey } = found;
      const weakness = weaknessOf(newPassword, email);
      if (weakness !== undefined) return refuse("WEAK_PASSWORD", weakness, ["newPassword"]);

      const passwordHash = await hasher.hash(newPassword);
      return db.$transaction(async (tx) => {
        const before = await lockUser(tx, id);
        if (before === null || !(await useLink(tx, "RESET_PASSWORD", token))) return invalidToken;
        await endLinks(tx, "RESET_PASSWORD", emailKey);
        // They have read their mail, which is all that a verification asks for.
        const emailVerifiedAt = before.emailVerifiedAt ?? new Date();
        const user = await tx.user.update({ where: { id }, data: { passwordHash, emailVerifiedAt } });
        await revoke(tx, id);
        return sessions.open(tx, user, userAgent);
      });
    },
  };
}
