import { isOlder } from "@shop/ids";
import { type Entry, type Feeds, type NothingFollows, type Position } from "./feeds";
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
  ): Promise<{ ok: true; notifications: Notification[]; position: InboxPosition } | NothingFollows>;
  head(userId: string): Promise<InboxPlace>;
  announcementsFor(userId: string): Promise<AnnouncementsFor>;
}

export interface AnnouncementsFor {
  /** What the user is shown, newest first. */
  readonly shown: Entry[];
  /** All that are kept. */
  readonly all: Entry[];
  readonly floor: Position;
  /** The ids of those that the user has read and that are kept no more. */
  readonly outdatedReads: string[];
}

const batchLength = 100;
export const newest = Number.MAX_SAFE_INTEGER;

export function createInboxReading(deps: { feeds: Feeds; layout: Layout; readers: Readers }): InboxReading {
  const { feeds, layout, readers } = deps;
  const share = createSharedReads(); // of announcements: the rest is each user's own

  async function announcementsFor(userId: string): Promise<AnnouncementsFor> {
    // In this order: what was read by then and is not there now was trimmed away; it cannot be yet to come.
    const view = await readers.announcementsView(userId);
    const { floor, entries } = await feeds.readBack(layout.announcements, newest, layout.announcements.maxLength);
    const kept = new Set(entries.map(({ id }) => id));
    const outdatedReads = [...view.readAt.keys()].filter((id) => !kept.has(id));
    return { shown: shownTo(userId, view, entries), all: entries, floor, outdatedReads };
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
      const shown = view === undefined ? [] : shownTo(userId, view, shared.entries);
      // What lies behind a full batch may have come before what the other feed goes on with.
      const endMs = Math.min(knownUntilMs(own.entries), knownUntilMs(shared.entries));
      const merged = [
        ...shown.map((entry) => ({ entry, of: "announcements" as const })), // first, as `walkBack` has them, of one time
        ...own.entries.map((entry) => ({ entry, of: "inbox" as const })),
      ]
        .filter(({ entry }) => entry.addedAt.getTime() <= endMs)
        .sort((a, b) => a.entry.addedAt.getTime() - b.entry.addedAt.getTime());
      let reached = position;
      const notifications = merged.map(({ entry, of }) => {
        reached = { ...reached, [of]: toPosition(entry) };
        return toNotification(entry, { ...reached, of });
      });
      const passed = shared.entries.findLast(({ addedAt }) => addedAt.getTime() <= endMs); // shown or not
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

/** Nobody is shown what was announced before they came. An id of either holds when that was, whatever has arrived yet. */
function shownTo(userId: string, view: AnnouncementsView, entries: readonly Entry[]): Entry[] {
  if (view.muted) return [];
  return entries
    .filter(({ id }) => !isOlder(id, userId))
    .map((entry) => ({ ...entry, readAt: view.readAt.get(entry.id) ?? null }));
}

/** How far a batch tells all that there is. */
function knownUntilMs(batch: readonly Entry[]): number {
  return batch.length < batchLength ? Infinity : (batch.at(-1)?.addedAt.getTime() ?? 0);
}

function toNotification(entry: Entry, place: InboxPlace): Notification {
  const { occurredAt, ...message } = fromStored(entry.data);
  const { id, readAt, traceparent } = entry;
  return { ...message, id, place, createdAt: occurredAt, readAt, traceparent };
}

function toPosition({ sequence, id }: Position): Position {
  return { sequence, id };
}
