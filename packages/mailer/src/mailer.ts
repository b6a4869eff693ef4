import { type MailerConfig } from "./environment";
import { type Mailer } from "./mail";
import { createMailbox } from "./mailbox";
import { createSmtpMailer } from "./smtp";

/** Sends through the mail server that is configured; without one, mail is kept in the mailbox. */
export function createMailer({ smtpUrl, from, mailboxDir }: MailerConfig): Mailer {
  return smtpUrl === undefined ? createMailbox(mailboxDir) : createSmtpMailer({ url: smtpUrl, from });
}
