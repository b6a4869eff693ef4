import { cursorExpired, unauthenticated } from "@shop/graphql-errors";
import { type CommentVisibility } from "./comment-visibility";
import { type Feed, type Feeds, type NothingFollows, type Position } from "./feeds";
import { type InboxReading } from "./inbox-reading";
import { type Layout } from "./layout";
import { type InboxPlace, type InboxPosition, type Notification } from "./notification";
import { type MayWatchOrder } from "./order-access";
import { createSharedReads } from "./shared-reads";
import { type Batch, createStream, type StreamSource } from "./stream";
import { type WakeUps } from "./wake-ups";

export interface CommentUpdate {
  readonly position: Position;
  readonly commentId: string;
  /** Whether it was hidden or deleted meanwhile: nobody is told its id then. */
  readonly taken: boolean;
  readonly traceparent: string | undefined;
}

/** That something has changed; what it is now is read by whoever wants to know. */
export interface Change {
  readonly id: string;
  /** The trace of the last change; of none where this is how it stood at the beginning. */
  readonly traceparent: string | undefined;
}

type Live<Item> = AsyncGenerator<Item, undefined, undefined>;

/** What sockets wait for. Each promise is fulfilled once the start of the stream is decided; a stream is ended by `return`. */
export interface LiveUpdates {
  /**
   * A user's notifications, in order, none twice and none left out.
   * @param after the position after the last that was received; null for from now on
   * @throws CURSOR_EXPIRED, at once or later, where what follows the position is gone; UNAUTHENTICATED where the
   *   account is deleted
   */
  notifications(userId: string, after: InboxPosition | null): Promise<Live<Notification>>;
  /** The position that nothing of `notifications` comes after yet. */
  notificationsHead(userId: string): Promise<InboxPlace>;
  /** As `notifications`, the comments that are added to a product. */
  comments(productId: string, after: Position | null): Promise<Live<CommentUpdate>>;
  /** The position that nothing of `comments` comes after yet. */
  commentsHead(productId: string): Promise<Position>;
  /** The order's id at once and after each change; null where the viewer may not see it. */
  order(orderId: string, authorization: string): Promise<Live<Change> | null>;
  /** The product's id at once and after each change. */
  product(productId: string): Promise<Live<Change>>;
}

const batchLength = 100;

export function createLiveUpdates(deps: {
  feeds: Feeds;
  layout: Layout;
  reading: InboxReading;
  wakeUps: WakeUps;
  visibilityOf: (productId: string) => CommentVisibility;
  mayWatchOrder: MayWatchOrder;
}): LiveUpdates {
  const { feeds, layout, reading, wakeUps } = deps;
  const share = createSharedReads();

  function watch(watched: readonly Feed[], wake: () => void): () => void {
    const ends = watched.map(({ name }) => wakeUps.watch(name, wake));
    return () => {
      for (const end of ends) end();
    };
  }

  /** Reads a first batch, so that a position that is gone is told before the stream begins. */
  async function begin<Item>(source: StreamSource<Item>): Promise<Live<Item>> {
    const batch = await source.read();
    if (!batch.ok) throw toError(batch.reason);
    return createStream({ source, first: batch.items, onEnd: toError });
  }

  /** Tells an id now and whenever its feed has moved, several moves at once where they come quickly. */
  async function changes(feed: Feed, id: string): Promise<Live<Change>> {
    let position = await feeds.head(feed);
    const source: StreamSource<Change> = {
      watch: (wake) => watch([feed], wake),
      read: async () => {
        const now = await share(`${feed.name} head`, () => feeds.head(feed));
        const moved = now.sequence !== position.sequence || now.id !== position.id;
        position = now;
        return { ok: true, items: moved ? [{ id, traceparent: now.traceparent }] : [] };
      },
    };
    return createStream({ source, first: [{ id, traceparent: undefined }], onEnd: toError });
  }

  return {
    notifications: async (userId, after) => {
      let position = after ?? (await reading.head(userId));
      return begin<Notification>({
        watch: (wake) => watch([layout.inboxOf(userId), layout.announcements], wake),
        read: async () => {
          for (;;) {
            const found = await reading.readSince(userId, position);
            if (!found.ok) return found;
            const isAtEnd = found.position.announcements.sequence === position.announcements.sequence;
            position = found.position;
            // Where it moved past what the user is not shown, there may be more behind it.
            if (found.notifications.length > 0 || isAtEnd) return { ok: true, items: found.notifications };
          }
        },
      });
    },
    notificationsHead: (userId) => reading.head(userId),
    commentsHead: (productId) => feeds.head(layout.commentsOf(productId)),
    comments: async (productId, after) => {
      const feed = layout.commentsOf(productId);
      const visibility = deps.visibilityOf(productId);
      let position = after ?? (await feeds.head(feed));
      const readFrom = async (from: Position): Promise<Batch<CommentUpdate>> => {
        const found = await feeds.readAfter(feed, from, batchLength);
        if (!found.ok) return found;
        const taken = await visibility.areTaken(found.entries.map(({ data }) => data));
        const items = found.entries.map(({ sequence, id, data, traceparent }, index) => ({
          position: { sequence, id },
          commentId: data,
          traceparent,
          taken: taken[index] ?? false,
        }));
        return { ok: true, items };
      };
      return begin<CommentUpdate>({
        watch: (wake) => watch([feed], wake),
        read: async () => {
          const from = position;
          const batch = await share(`${feed.name} ${from.sequence} ${from.id}`, () => readFrom(from));
          if (batch.ok) position = batch.items.at(-1)?.position ?? from;
          return batch;
        },
      });
    },
    order: async (orderId, authorization) => {
      if (!(await deps.mayWatchOrder(orderId, authorization))) return null;
      return changes(layout.changesOf("order", orderId), orderId);
    },
    product: (productId) => changes(layout.changesOf("product", productId), productId),
  };
}

/** Only an inbox is ever closed: when its account is deleted. */
function toError(why: NothingFollows["reason"]): Error {
  return why === "CLOSED" ? unauthenticated("This account is deleted.") : cursorExpired();
}
