import { type Entry, type Feeds, type Position } from "./feeds";
import { type Layout } from "./layout";
import { fromStored, type InboxPlace, type InboxPosition, type Notification } from "./notification";
import { type AnnouncementsView, type Readers } from "./readers";
import { createSharedReads } from "./shared-reads";

/** Reads a user's feed and the announcements as one inbox. */
export interface InboxReading {
  /** Newest first, from these sequence numbers on (both included), for as long as the caller asks for more. */
  walkBack(userId: string, from: { inbox: number; announcements: number }): AsyncGenerator<Notification>;
  /** What follows a position, oldest first, a batch at a time, and the position after it. */
  readSince(
    userId: string,
    position: InboxPosition,
  ): Promise<
    { ok: true; notifications: Notification[]; position: InboxPosition } | { ok: false; reason: "POSITION_GONE" }
  >;
  head(userId: string): Promise<InboxPlace>;
  /** The announcements that the user is shown, newest first, and all that are kept. */
  announcementsFor(userId: string): Promise<{ shown: Entry[]; all: Entry[]; floor: Position }>;
}

const batchLength = 100;
export const newest = Number.MAX_SAFE_INTEGER;

export function createInboxReading(deps: { feeds: Feeds; layout: Layout; readers: Readers }): InboxReading {
  const { feeds, layout, readers } = deps;
  const share = createSharedReads(); // of announcements: the rest is each user's own

  async function announcementsFor(userId: string): Promise<{ shown: Entry[]; all: Entry[]; floor: Position }> {
    const [{ floor, entries }, view] = await Promise.all([
      feeds.readBack(layout.announcements, newest, layout.announcements.maxLength),
      readers.announcementsView(userId),
    ]);
    return { shown: shownTo(view, entries), all: entries, floor };
  }

  async function* walkBack(
    userId: string,
    from: { inbox: number; announcements: number },
  ): AsyncGenerator<Notification> {
    const { shown, all, floor } = await announcementsFor(userId);
    const announcements = shown.filter(({ sequence }) => sequence <= from.announcements);
    const oldestShown = announcements.at(-1);
    const belowShown =
      all.find(({ sequence }) => sequence < (oldestShown?.sequence ?? newest) && sequence <= from.announcements) ??
      floor;

    let own = await feeds.readBack(layout.inboxOf(userId), from.inbox, batchLength);
    for (;;) {
      const ownEntry = own.entries[0];
      const announcement = announcements[0];
      if (ownEntry === undefined && announcement === undefined) return;
      const position = {
        inbox: toPosition(ownEntry ?? own.floor),
        announcements: toPosition(announcement ?? belowShown),
      };
      if (ownEntry === undefined || (announcement !== undefined && announcement.addedAt > ownEntry.addedAt)) {
        if (announcement !== undefined) yield toNotification(announcement, { ...position, of: "announcements" });
        announcements.shift();
        continue;
      }
      yield toNotification(ownEntry, { ...position, of: "inbox" });
      own.entries.shift();
      if (own.entries.length === 0) {
        own = await feeds.readBack(layout.inboxOf(userId), ownEntry.sequence - 1, batchLength);
      }
    }
  }

  return {
    walkBack,
    announcementsFor,
    readSince: async (userId, position) => {
      const [own, shared] = await Promise.all([
        feeds.readAfter(layout.inboxOf(userId), position.inbox, batchLength),
        share(`${position.announcements.sequence} ${position.announcements.id}`, () =>
          feeds.readAfter(layout.announcements, position.announcements, batchLength),
        ),
      ]);
      if (!own.ok) return own;
      if (!shared.ok) return shared;
      const view = shared.entries.length === 0 ? undefined : await readers.announcementsView(userId);
      const shown = view === undefined ? [] : shownTo(view, shared.entries);
      const merged = [
        ...own.entries.map((entry) => ({ entry, of: "inbox" as const })),
        ...shown.map((entry) => ({ entry, of: "announcements" as const })),
      ].sort((a, b) => a.entry.addedAt.getTime() - b.entry.addedAt.getTime());
      let reached = position;
      const notifications = merged.map(({ entry, of }) => {
        reached = { ...reached, [of]: toPosition(entry) };
        return toNotification(entry, { ...reached, of });
      });
      const passed = shared.entries.at(-1); // shown or not
      return {
        ok: true,
        notifications,
        position: passed === undefined ? reached : { ...reached, announcements: toPosition(passed) },
      };
    },
    head: async (userId) => {
      const [inbox, announcements] = await Promise.all([
        feeds.head(layout.inboxOf(userId)),
        feeds.head(layout.announcements),
      ]);
      return { inbox, announcements, of: null };
    },
  };
}

function shownTo(view: AnnouncementsView, entries: readonly Entry[]): Entry[] {
  if (view.muted) return [];
  return entries
    .filter(({ sequence }) => sequence > view.after)
    .map((entry) => ({ ...entry, readAt: view.readAt.get(entry.id) ?? null }));
}

function toNotification(entry: Entry, place: InboxPlace): Notification {
  const { occurredAt, ...message } = fromStored(entry.data);
  return { ...message, id: entry.id, place, createdAt: occurredAt, readAt: entry.readAt };
}

function toPosition({ sequence, id }: Position): Position {
  return { sequence, id };
}
