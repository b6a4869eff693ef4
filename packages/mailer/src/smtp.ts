import { createTransport } from "nodemailer";
import { type Mailer } from "./mail";

// Each is for one step of one mail; RFC 5321 (4.5.3.2) would wait for minutes, and who waits here holds up the rest.
const timeoutsMs = { dnsTimeout: 10_000, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 15_000 };

/** @param options.url smtp://host or smtps://host, with a user and a password where the server wants them */
export function createSmtpMailer(options: { url: string; from: string }): Mailer {
  const transport = createTransport({ url: options.url, ...timeoutsMs });
  return {
    send: async ({ to, subject, text }) => {
      try {
        // As an object, an address is never parsed: one that looks like two is still one.
        await transport.sendMail({ from: options.from, to: { name: "", address: to }, subject, text });
        return { ok: true };
      } catch (error) {
        if (isRefusal(error)) return { ok: false, reason: "REFUSED" };
        throw error;
      }
    },
  };
}

/** A 5xx to the recipient or the content is for good; one to our name or password is not the mail's fault. */
function isRefusal(error: unknown): boolean {
  const { command, responseCode = 0 } = error as { command?: string; responseCode?: number };
  return (command === "RCPT TO" || command === "DATA") && responseCode >= 500;
}

// What nodemailer calls the time that ran out before it could say anything.
const silentFromTheStart = ["CONNECT_TIMEOUT", "GREETING_TIMEOUT"];

/**
 * Whether a mail that `send` threw for is certainly in nobody's hands, so that it comes once if it is sent again. A server
 * that fell silent later may have it.
 */
export function isSurelyNotTaken(error: unknown): boolean {
  const { code, responseCode, syscall, timeoutType } = error as {
    readonly [name in "code" | "responseCode" | "syscall" | "timeoutType"]?: string | number;
  };
  const wasAnswered = responseCode !== undefined; // by a refusal: an acceptance is no error
  const neverConnected = code === "EDNS" || syscall === "connect" || silentFromTheStart.includes(String(timeoutType));
  return wasAnswered || neverConnected;
}
