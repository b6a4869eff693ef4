import { type Backlog, type EventRecord, type OutboxSource } from "@shop/messaging";
import { type Model } from "mongoose";
import { type CategoryModel } from "./category-model";
import { type PendingEvent, type Publishing } from "./outbox-model";
import { type ProductModel } from "./product-model";

// How long a killed instance's events wait. One that publishes for longer is overtaken: its events come twice, with the
// same ids, and each document's first comings are still in order.
const leaseMs = 15_000;

/**
 * Of one document so many events are handed out at a time: more than come between two looks of the relay. Those behind
 * them no instance has read, so none is publishing them, and they may still change.
 */
export const mostOfOne = 100;

/** What is read of a document to publish its events. */
export interface ClaimedDocument {
  readonly _id: string;
  readonly outbox: PendingEvent[];
  /** Of products alone. */
  readonly name?: string;
  readonly available?: number;
}

/** The outboxes of one collection's documents. */
export type OutboxClaims = Pick<OutboxSource, "claim" | "markPublished" | "release" | "backlog">;

/**
 * An instance claims whole documents by a lease in them, so that no two relay one of them at a time; a killed instance's
 * leases end by themselves.
 * @param owner the instance
 * @param toEventRecords the events of one document, oldest first
 */
export function createOutboxClaims(
  model: CategoryModel | ProductModel,
  owner: string,
  toEventRecords: (document: ClaimedDocument) => EventRecord[],
): OutboxClaims {
  // Mongoose has no type for a model of which some fields are known.
  const collection = model as unknown as Model<Publishing & { readonly _id: string }>;
  const isWaiting = { "outbox.eventId": { $gt: "" } };

  return {
    claim: async (limit, exceptKeys) => {
      const now = new Date();
      const free = { $or: [{ "outboxLease.owner": owner }, { "outboxLease.until": { $not: { $gt: now } } }] };
      const waiting = await collection
        .find({ ...isWaiting, _id: { $nin: exceptKeys }, ...free }, { _id: 1 })
        .sort({ "outbox.eventId": 1 })
        .limit(limit)
        .lean();
      if (waiting.length === 0) return [];
      const _id = { $in: waiting.map((document) => document._id) };
      const outboxLease = { owner, until: new Date(now.getTime() + leaseMs) };
      await collection.updateMany({ _id, ...free }, { $set: { outboxLease } });
      const claimed = await collection
        .find({ _id, "outboxLease.owner": owner }, { name: 1, available: 1, outbox: 1 })
        .lean<ClaimedDocument[]>();
      return claimed.flatMap((document) => toEventRecords(document).slice(0, mostOfOne)).slice(0, limit);
    },
    markPublished: async (records) => {
      const eventIds = records.map(({ eventId }) => eventId);
      const _id = { $in: [...new Set(records.map(({ key }) => key))] };
      await collection.updateMany(
        { _id, "outboxLease.owner": owner },
        { $pull: { outbox: { eventId: { $in: eventIds } } }, $unset: { outboxLease: 1 } },
      );
    },
    release: async () => {
      await collection.updateMany({ ...isWaiting, "outboxLease.owner": owner }, { $unset: { outboxLease: 1 } });
    },
    backlog: async () => {
      const [backlog] = await collection.aggregate<Backlog>([
        { $match: isWaiting },
        {
          $group: {
            _id: null,
            waiting: { $sum: { $size: "$outbox" } },
            oldestAt: { $min: { $min: "$outbox.occurredAt" } },
          },
        },
      ]);
      return backlog ?? { waiting: 0, oldestAt: null };
    },
  };
}
