import { z } from "zod";

export const mail = z.object({
  /** One address. */
  to: z.string(),
  subject: z.string(),
  /** Plain text. */
  text: z.string(),
});

export type Mail = z.infer<typeof mail>;

/** Refused: the server takes this mail neither now nor later. What it does not take now is thrown. */
export type SendOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: "REFUSED" };

export interface Mailer {
  /**
   * Hands a mail to the server, which has it for good then; or to the mailbox. A server that stalls at every
   * step holds it for less than two minutes.
   * @throws where it may be taken another time: the server is away, busy, or does not let us in
   */
  send(mail: Mail): Promise<SendOutcome>;
}
