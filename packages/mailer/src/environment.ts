import { resolve } from "node:path";
import { url } from "@shop/env";
import { z } from "zod";

/** Where mail is kept that is not sent; what a reader of it has of the environment as well. */
export const mailboxEnvironment = z.object({
  MAILBOX_DIR: z
    .string()
    .default(".data/mailbox")
    .describe("Folder that mail is kept in where SMTP_URL is not set, relative to the repository"),
});

/** What a service that sends mail reads of its environment, in its config.ts. */
export const mailerEnvironment = z.object({
  ...mailboxEnvironment.shape,
  SMTP_URL: url("smtp", "smtps")
    .optional()
    .describe("Mail server, as smtps://user:password@host; without it, but in production, mail is kept for /mailbox"),
  MAIL_FROM: z.string().default("The shop <shop@localhost>").describe("Whom mails are from"),
});

export interface MailerConfig {
  readonly from: string;
  /** Undefined: nothing is sent, it is kept in the mailbox. */
  readonly smtpUrl: string | undefined;
  readonly mailboxDir: string;
}

export function toMailerConfig(values: z.infer<typeof mailerEnvironment>): MailerConfig {
  return { from: values.MAIL_FROM, smtpUrl: values.SMTP_URL, mailboxDir: toMailboxDir(values) };
}

export function toMailboxDir({ MAILBOX_DIR }: z.infer<typeof mailboxEnvironment>): string {
  return resolve(__dirname, "../../..", MAILBOX_DIR);
}
