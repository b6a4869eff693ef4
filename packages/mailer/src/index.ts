export { createMailer } from "./mailer";
export { createMailbox, type KeptMail } from "./mailbox";
export { mailboxEnvironment, mailerEnvironment, type MailerConfig, toMailboxDir, toMailerConfig } from "./environment";
export { type Mail, type Mailer, type SendOutcome } from "./mail";
export { isSurelyNotTaken } from "./smtp";
