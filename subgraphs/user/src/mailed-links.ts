import { createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { type Database, type LinkPurpose, type Transaction } from "./database";
import { type Throttled } from "./problem";

export type LinkRequest = { readonly ok: true } | Throttled;
export type MailedLinks = ReturnType<typeof createMailedLinks>;

const lifetimeMs = 3_600_000;
/** In the lifetime of a link. Whoever asks need not be whose address it is, so it is also a bound to the nuisance. */
const maxPerAddress = 5;

/**
 * Single-use links that go out by mail, each with a token that shows that its mail was read. Nobody is looked up when one
 * is asked for: what that takes does not tell whether there is an account.
 */
export function createMailedLinks(deps: { db: Database; secret: string }) {
  const { db } = deps;
  const key = Buffer.from(hkdfSync("sha256", deps.secret, "", "mailed links", 32));

  /** 256 bits, the same for as long as the link is to be sent, although no more than its hash is stored. */
  const tokenOf = (id: string): string => createHmac("sha256", key).update(id).digest("base64url");

  /** Stands for an address that is forgotten: without the server's key nobody can tell which. */
  const aliasOf = (emailKey: string): string => createHmac("sha256", key).update(`address ${emailKey}`).digest("hex");

  return {
    tokenOf,

    /** Has a link sent, and ends those that were asked for before. */
    request: (purpose: LinkPurpose, emailKey: string): Promise<LinkRequest> =>
      db.$transaction(async (tx) => {
        // Asked for many at once, no more than may be are sent, and one holds.
        await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(hashtext('mailed links'), hashtext(${emailKey}))`;
        const now = new Date();
        const recent = await tx.mailedLink.findMany({
          where: { purpose, emailKey: { in: [emailKey, aliasOf(emailKey)] }, expiresAt: { gt: now } },
          orderBy: { expiresAt: "asc" },
        });
        const [oldest] = recent;
        if (oldest !== undefined && recent.length >= maxPerAddress) {
          return { ok: false, retryAfterSeconds: Math.ceil((oldest.expiresAt.getTime() - now.getTime()) / 1_000) };
        }
        await endLinks(tx, [purpose], emailKey);
        const id = randomBytes(32).toString("base64url");
        const expiresAt = new Date(now.getTime() + lifetimeMs);
        await tx.mailedLink.create({
          data: { id, purpose, emailKey, tokenHash: hashToken(tokenOf(id)), expiresAt, nextTryAt: now },
        });
        return { ok: true };
      }),

    /** The account that a token gives a right to; null where it gives none, or no more. */
    findUser: async (purposes: readonly LinkPurpose[], token: string) => {
      const link = await db.mailedLink.findFirst({ where: holding(purposes, token) });
      return link && db.user.findUnique({ where: { emailKey: link.emailKey } });
    },

    /**
     * Ends the links of an address whose account goes. They still count for the bound: whoever registered another's
     * address could else have any number of mails sent there, by an account after the other.
     */
    forget: async (tx: Transaction, emailKey: string): Promise<void> => {
      const now = new Date();
      const data = { emailKey: aliasOf(emailKey), endedAt: now, settledAt: now };
      await tx.mailedLink.updateMany({ where: { emailKey }, data });
    },

    /** Forgets what is out of date; until then it counts for the bound. */
    sweep: async (): Promise<void> => {
      await db.mailedLink.deleteMany({ where: { expiresAt: { lte: new Date() } } });
    },
  };
}

/** Uses a token up. @returns false where it was used or replaced meanwhile */
export async function useLink(tx: Transaction, purpose: LinkPurpose, token: string): Promise<boolean> {
  const { count } = await tx.mailedLink.updateMany({ where: holding([purpose], token), data: { endedAt: new Date() } });
  return count === 1;
}

/** Ends the links of an address, sent or not. */
export async function endLinks(tx: Transaction, purposes: readonly LinkPurpose[], emailKey: string): Promise<void> {
  const where = { purpose: { in: [...purposes] }, emailKey, endedAt: null };
  await tx.mailedLink.updateMany({ where, data: { endedAt: new Date() } });
}

function holding(purposes: readonly LinkPurpose[], token: string) {
  return { purpose: { in: [...purposes] }, tokenHash: hashToken(token), endedAt: null, expiresAt: { gt: new Date() } };
}

/** What is stored of a token. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
