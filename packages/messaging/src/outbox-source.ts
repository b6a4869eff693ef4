import { type EventRecord } from "./event-record";

/**
 * Where a publisher's events wait. A source hands out only keys that no other instance hands out at the same time, in
 * the order in which their changes were made, each time from the oldest on that is not published. Where that lasts no
 * longer than a lease, two instances may publish the same events side by side; the first coming of each is in order
 * still, and a later one has the same id.
 */
export interface OutboxSource<Item extends EventRecord = EventRecord> {
  /** The oldest unpublished events of the keys that this instance relays, at most `limit`, none of `exceptKeys`. */
  claim(limit: number, exceptKeys: readonly string[]): Promise<Item[]>;
  /** Never hands these out again. */
  markPublished(items: readonly Item[]): Promise<void>;
  /** Lets other instances have what this one claimed, for it cannot publish now. */
  release(): Promise<void>;
  /** What waits, of all instances together. */
  backlog(): Promise<Backlog>;
  /** Calls back when there may be something new; only a wake-up, missing one costs a second. */
  onWake(callback: () => void): void;
  stop(): Promise<void>;
}

export interface Backlog {
  /** Events that are not published. */
  readonly waiting: number;
  /** When the oldest of them happened; null where none waits. */
  readonly oldestAt: Date | null;
}
