import { type Mailer } from "@shop/mailer";
import { type Logger } from "@shop/telemetry";
import { type Database, type MailedLinkRow, type UserRow } from "./database";
import { type MailedPurpose, toLinkMail } from "./link-mails";
import { type MailedLinks } from "./mailed-links";

const atOnce = 10;
/** Longer than a mailer takes: what is not settled by then is of a process that died. */
const claimMs = 180_000;
const firstRetryMs = 5_000;
const maxRetryMs = 300_000;

type Claim = Pick<MailedLinkRow, "id" | "emailKey" | "tries"> & { readonly purpose: MailedPurpose };

/**
 * Sends the links that were asked for. Each is claimed, sent and then settled: whoever dies in between has it sent again,
 * with the same token, and never not at all.
 * @returns sends what is due now
 */
export function createLinkSender(deps: {
  db: Database;
  links: MailedLinks;
  mailer: Mailer;
  publicUrl: string;
  log: Logger;
}): () => Promise<void> {
  const { db, links, mailer, publicUrl, log } = deps;

  function claim(): Promise<Claim[]> {
    const now = new Date();
    return db.$queryRaw<Claim[]>`
      UPDATE mailed_links SET tries = tries + 1, next_try_at = ${new Date(now.getTime() + claimMs)}
      WHERE id IN (
        SELECT id FROM mailed_links
        WHERE settled_at IS NULL AND next_try_at <= ${now} AND ended_at IS NULL AND expires_at > ${now}
        ORDER BY next_try_at LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)
      RETURNING id, purpose::text AS purpose, email_key AS "emailKey", tries`;
  }

  async function deliver({ id, purpose, emailKey, tries }: Claim): Promise<void> {
    const user = await db.user.findUnique({ where: { emailKey } });
    if (user !== null && isWanted(purpose, user)) {
      try {
        const mail = toLinkMail({ purpose, to: user.email, token: links.tokenOf(id), publicUrl });
        const sent = await mailer.send(mail);
        if (!sent.ok) log.warn({ userId: user.id, purpose }, "the mail server refuses a mail for good");
      } catch (error) {
        // Its code alone: a server's answer may repeat the address.
        const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
        log.warn({ code, responseCode, tries }, "a mail waits for the mail server");
        const waitMs = Math.min(firstRetryMs * 2 ** (tries - 1), maxRetryMs);
        const nextTryAt = new Date(Date.now() + waitMs);
        await db.mailedLink.updateMany({ where: { id }, data: { nextTryAt } });
        return;
      }
    }
    await db.mailedLink.updateMany({ where: { id }, data: { settledAt: new Date() } });
  }

  return async () => {
    await Promise.all((await claim()).map(deliver));
  };
}

function isWanted(purpose: Claim["purpose"], user: UserRow): boolean {
  return purpose === "RESET_PASSWORD" || user.emailVerifiedAt === null;
}
