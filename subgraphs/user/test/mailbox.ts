// What the service under test would have sent by now.
import { createMailbox, type KeptMail } from "@shop/mailer";
import { eventually } from "@shop/subgraph-server/testing";
import { type TestUserService } from "./user-service";

/** The mails to an address, as soon as there are so many, the newest first. */
export function mailsTo(service: TestUserService, email: string, count: number): Promise<KeptMail[]> {
  const mailbox = createMailbox(service.config.mailer.mailboxDir);
  return eventually(
    async () => (await mailbox.list()).filter(({ to }) => to === email),
    (mails) => mails.length >= count,
  );
}

/** The token in the newest of so many mails. */
export async function mailedToken(service: TestUserService, email: string, count = 1): Promise<string> {
  const [newest] = await mailsTo(service, email, count);
  return tokenIn(newest?.text);
}

export function tokenIn(text = ""): string {
  return /#token=([\w-]{43})\n/.exec(text)?.[1] ?? "";
}
