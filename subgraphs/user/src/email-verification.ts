import { requireViewer, type Viewer } from "@shop/auth";
import { type Database, lockUser } from "./database";
import { type LinkRequest, type MailedLinks, useLink } from "./mailed-links";
import { refuse, type Refusal } from "./problem";

export type EmailVerification = ReturnType<typeof createEmailVerification>;

const invalidToken = refuse("INVALID_TOKEN", "This link is used up or too old: ask for another.", ["token"]);

/** How somebody shows that the address of their account is theirs. */
export function createEmailVerification(deps: { db: Database; links: MailedLinks }) {
  const { db, links } = deps;
  return {
    /** Sends the viewer a link, where their address is not verified yet. */
    request: async (viewer: Viewer | null): Promise<LinkRequest | Refusal> => {
      const { userId } = requireViewer(viewer);
      const user = await db.user.findUnique({ where: { id: userId } });
      if (user === null) return refuse("NOT_FOUND", "Your account is no more.");
      return user.emailVerifiedAt === null ? links.request("VERIFY_EMAIL", user.emailKey) : { ok: true };
    },

    /** Whoever has the token: the mail may be read where nobody is signed in. */
    verify: async (token: string): Promise<{ ok: true; userId: string } | Refusal> => {
      const found = await links.findUser(["VERIFY_EMAIL"], token);
      if (found === null) return invalidToken;
      const { id } = found;
      return db.$transaction(async (tx) => {
        const user = await lockUser(tx, id);
        if (user === null || !(await useLink(tx, "VERIFY_EMAIL", token))) return invalidToken;
        await tx.user.update({ where: { id }, data: { emailVerifiedAt: user.emailVerifiedAt ?? new Date() } });
        return { ok: true, userId: id };
      });
    },
  };
}
