import { type Page } from "@shop/connections";
import { deriveId } from "@shop/ids";
import { type AppendOutcome, type Feeds } from "./feeds";
import { type InboxReading, newest } from "./inbox-reading";
import { type Layout } from "./layout";
import { type InboxPlace, type InboxPosition, type Message, type Notification, toStored } from "./notification";
import { type Readers } from "./readers";

export interface Delivery {
  readonly message: Message;
  readonly occurredAt: Date;
  /** What it is told apart by: delivered once, however often it comes. */
  readonly knownAs: string;
  /** Known as long as the inbox exists, rather than as long as its event may come again. */
  readonly knownForEver?: boolean;
}

/** The users' inboxes. */
export interface Inbox {
  deliver(userId: string, delivery: Delivery): Promise<AppendOutcome>;
  /** Adds an announcement to everyone's inbox. */
  deliverToAll(delivery: Delivery): Promise<AppendOutcome>;
  /** Removes all that is kept of a user, for ever. */
  close(userId: string): Promise<void>;
  /** Newest first; one more than the page holds where there are more. `head` is the inbox's before it was read. */
  page(
    userId: string,
    page: Page<InboxPlace>,
    filter: { unreadOnly: boolean },
  ): Promise<{ notifications: Notification[]; head: InboxPlace }>;
  markRead(
    userId: string,
    id: string,
  ): Promise<{ ok: true; notification: Notification } | { ok: false; reason: "NOT_FOUND" }>;
  /** @returns how many were not read */
  markAllRead(userId: string, upTo: InboxPlace): Promise<number>;
  /** @param head counts what came until then; without it, all */
  countUnread(userId: string, head?: InboxPosition): Promise<number>;
}

export function createInbox(deps: { feeds: Feeds; layout: Layout; readers: Readers; reading: InboxReading }): Inbox {
  const { feeds, layout, readers, reading } = deps;

  function toEntry(owner: string, { message, occurredAt, knownAs, knownForEver = false }: Delivery) {
    return {
      // The same again when a restored Redis is told of the event a second time, so that cursors and ids hold.
      id: deriveId("ntf", occurredAt.getTime(), `${owner} ${knownAs}`),
      knownAs,
      knownForEver,
      kind: message.kind,
      data: toStored(message, occurredAt),
    };
  }

  async function find(userId: string, id: string, from: { inbox: number; announcements: number }) {
    for await (const notification of reading.walkBack(userId, from)) {
      if (notification.id === id) return { ok: true, notification } as const;
    }
    return { ok: false, reason: "NOT_FOUND" } as const;
  }

  return {
    deliver: (userId, delivery) => feeds.append(layout.inboxOf(userId), toEntry(userId, delivery)),
    deliverToAll: (delivery) => feeds.append(layout.announcements, toEntry("everyone", delivery)),
    close: async (userId) => {
      await feeds.close(layout.inboxOf(userId));
      await readers.forget(userId);
    },
    page: async (userId, { first, after }, { unreadOnly }) => {
      const head = await reading.head(userId);
      const notifications: Notification[] = [];
      for await (const notification of reading.walkBack(userId, olderThan(after ?? head))) {
        if (!unreadOnly || notification.readAt === null) notifications.push(notification);
        if (notifications.length > first) break;
      }
      return { notifications, head };
    },
    markRead: async (userId, id) => {
      const sequence = await feeds.markRead(layout.inboxOf(userId), id);
      if (sequence !== null) return find(userId, id, { inbox: sequence, announcements: newest });
      const { shown, outdatedReads } = await reading.announcementsFor(userId);
      const announcement = shown.find((entry) => entry.id === id);
      if (announcement === undefined) return { ok: false, reason: "NOT_FOUND" };
      await readers.markAnnouncementsRead(userId, [id], outdatedReads);
      return find(userId, id, { inbox: newest, announcements: announcement.sequence });
    },
    markAllRead: async (userId, upTo) => {
      const { shown, outdatedReads } = await reading.announcementsFor(userId);
      const announced = shown.filter(({ sequence }) => sequence <= upTo.announcements.sequence).map(({ id }) => id);
      const [own, shared] = await Promise.all([
        feeds.markReadUpTo(layout.inboxOf(userId), upTo.inbox.sequence),
        readers.markAnnouncementsRead(userId, announced, outdatedReads),
      ]);
      return own + shared;
    },
    countUnread: async (userId, head) => {
      const [own, { shown }] = await Promise.all([
        feeds.countUnread(layout.inboxOf(userId), head?.inbox.sequence ?? newest),
        reading.announcementsFor(userId),
      ]);
      const upTo = head?.announcements.sequence ?? newest;
      return own + shown.filter(({ sequence, readAt }) => sequence <= upTo && readAt === null).length;
    },
  };
}

/** The list goes on below a notification, and at the head with the head itself. */
function olderThan({ inbox, announcements, of }: InboxPlace): { inbox: number; announcements: number } {
  return {
    inbox: inbox.sequence - (of === "inbox" ? 1 : 0),
    announcements: announcements.sequence - (of === "announcements" ? 1 : 0),
  };
}
