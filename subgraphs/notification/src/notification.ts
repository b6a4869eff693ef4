import { type Connection } from "@shop/connections";
import { z } from "zod";
import { type Position } from "./feeds";

export const notificationKinds = [
  "ORDER_PLACED",
  "ORDER_REJECTED",
  "ORDER_PAID",
  "ORDER_SHIPPED",
  "ORDER_DELIVERED",
  "ORDER_CANCELLED",
  "ORDER_EXPIRED",
  "PAYMENT_FAILED",
  "PAYMENT_REFUNDED",
  "COMMENT_REPLIED",
  "COMMENT_LIKED",
  "COMMENT_HIDDEN",
  "PRODUCT_BACK_IN_STOCK",
  "PRODUCT_PRICE_DROPPED",
  "SYSTEM_ANNOUNCEMENT",
  "WELCOME",
] as const;
export type NotificationKind = (typeof notificationKinds)[number];

/** An entity of another subgraph, by its GraphQL type and id. */
const subject = z.object({ type: z.enum(["Order", "Comment", "Product"]), id: z.string() });
export type Subject = z.infer<typeof subject>;

/** What a notification says. */
export const message = z.object({
  kind: z.enum(notificationKinds),
  title: z.string(),
  body: z.string(),
  subject: subject.nullable(),
});
export type Message = z.infer<typeof message>;

export interface Notification extends Message {
  readonly id: string;
  readonly place: InboxPlace;
  readonly createdAt: Date;
  readonly readAt: Date | null;
  /** The trace of its event, where that is recorded. */
  readonly traceparent: string | undefined;
}

/** A page of an inbox. `head` is where the inbox ended when it was read. */
export type InboxPage = Connection<Notification> & { readonly head: InboxPlace };

/** How far an inbox was read: in the user's own feed and in the announcements that are merged into it. */
export interface InboxPosition {
  readonly inbox: Position;
  readonly announcements: Position;
}

/** The place of a notification: the position after it, and which of the two feeds it is from; null for the head. */
export interface InboxPlace extends InboxPosition {
  readonly of: "inbox" | "announcements" | null;
}

const sequence = z.int().min(0);
const feedLetter = { inbox: "i", announcements: "a" } as const;

/** What a cursor of the inbox holds. */
export const inboxCursor = z.tuple([sequence, z.string(), sequence, z.string(), z.enum(["i", "a", "-"])]);
export type InboxCursor = z.infer<typeof inboxCursor>;

export function toInboxCursor({ inbox, announcements, of }: InboxPlace): InboxCursor {
  const from = of === null ? "-" : feedLetter[of];
  return [inbox.sequence, inbox.id, announcements.sequence, announcements.id, from];
}

export function fromInboxCursor([inboxSequence, inboxId, sharedSequence, sharedId, from]: InboxCursor): InboxPlace {
  return {
    inbox: { sequence: inboxSequence, id: inboxId },
    announcements: { sequence: sharedSequence, id: sharedId },
    of: from === "i" ? "inbox" : from === "a" ? "announcements" : null,
  };
}

/** As it is stored in a feed, with the time of its event. */
const storedMessage = message.extend({ occurredAt: z.coerce.date() });
export type StoredMessage = z.infer<typeof storedMessage>;

export function toStored(message: Message, occurredAt: Date): string {
  return JSON.stringify({ ...message, occurredAt });
}

export function fromStored(data: string): StoredMessage {
  return storedMessage.parse(JSON.parse(data));
}
