import { type Mail } from "@shop/mailer";
import { toPlainLine } from "@shop/text";
import { type Message, type Subject } from "../notification";

/** By characters, so that none is cut in half. */
const beginning = /^.{0,149}/su;
const pages: Record<Subject["type"], string> = { Order: "orders", Comment: "comments", Product: "products" };

/**
 * A notification as a mail. What others wrote (a product's name, a comment) stands in it as text: a line break in it
 * begins no header and no line of ours.
 * @param options.publicUrl where the shop's pages are, by configuration
 */
export function toNotificationMail(options: { message: Message; to: string; publicUrl: string }): Mail {
  const { message, to, publicUrl } = options;
  const { title, body, subject } = message;
  const page = subject === null ? "" : `/${pages[subject.type]}/${encodeURIComponent(subject.id)}`;
  return {
    to,
    subject: clip(toPlainLine(title)),
    text: [
      toPlainLine(body),
      `${publicUrl}${page}`,
      `You read this because you chose to have notifications by e-mail. You can change that: ${publicUrl}/notifications\n`,
    ].join("\n\n"),
  };
}

function clip(text: string): string {
  const kept = beginning.exec(text)?.[0] ?? "";
  return kept === text ? text : `${kept}…`;
}
