import { Schema } from "mongoose";

/** An event that waits in the document whose change it tells of. */
export interface PendingEvent {
  readonly eventId: string;
  readonly topic: string;
  readonly type: string;
  /** JSON; null for a change of stock, whose figures are known only once its update has been made (see outbox.ts). */
  readonly payload: string | null;
  /** By how much `available` changed; null where the event tells of something else. */
  readonly availableDelta: number | null;
  readonly occurredAt: Date;
  readonly traceparent: string | null;
}

/** Which instance relays a document's outbox at the moment. */
interface OutboxLease {
  readonly owner: string;
  readonly until: Date;
}

/** What a document has that tells of its own changes. */
export interface Publishing {
  readonly outbox: PendingEvent[];
  readonly outboxLease?: OutboxLease;
}

const embedded = { _id: false } as const;

export const outboxSchema = {
  outbox: [
    new Schema<PendingEvent>(
      {
        eventId: String,
        topic: String,
        type: String,
        payload: String,
        availableDelta: Number,
        occurredAt: Date,
        traceparent: String,
      },
      embedded,
    ),
  ],
  outboxLease: new Schema<OutboxLease>({ owner: String, until: Date }, embedded),
};

/** For the relay; to be made sparse: most documents have nothing that waits. */
export const outboxIndex = { "outbox.eventId": 1 } as const;
