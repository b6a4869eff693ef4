import { type Mail } from "@shop/mailer";
import { type LinkPurpose } from "./database";

export type MailedPurpose = Exclude<LinkPurpose, "FIRST_PASSWORD">;

interface LinkMail {
  readonly path: string;
  readonly subject: string;
  readonly before: string;
  readonly after: string;
}

// Nothing that the account's owner wrote is in them: anybody could register another's address under a name of their
// choice, and have us send it there.
const mails: Readonly<Record<MailedPurpose, LinkMail>> = {
  VERIFY_EMAIL: {
    path: "/verify-email",
    subject: "Is this your address?",
    before: "Please confirm that this address is yours:",
    after: "The link holds for an hour. If you have no account with us, ignore this mail.",
  },
  RESET_PASSWORD: {
    path: "/reset-password",
    subject: "Choose a new password",
    before: "Somebody asked for a new password for your account. If it was you, choose it here:",
    after: "The link holds for an hour, and works once. If it was not you, ignore this mail: nothing was changed.",
  },
};

/** @param link.publicUrl where the shop's pages are, by configuration: a request's Host is whatever its sender says */
export function toLinkMail(link: { purpose: MailedPurpose; to: string; token: string; publicUrl: string }): Mail {
  const { path, subject, before, after } = mails[link.purpose];
  // In the fragment, which browsers send to no server and in no Referer.
  const url = `${link.publicUrl}${path}#token=${link.token}`;
  return { to: link.to, subject, text: `${before}\n\n${url}\n\n${after}\n` };
}
