import { randomUUID } from "node:crypto";
import { type EventDefinition, productStockChanged } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { type Backlog, type EventRecord, type OutboxSource, toEventRecord } from "@shop/messaging";
import { currentTraceparent } from "@shop/telemetry";
import { type PendingEvent, type ProductDocument } from "./product-model";
import { type Store } from "./store";

// How long a killed instance's events wait. One that publishes for longer is overtaken: its events come twice, with the
// same ids, and each product's first comings are still in order.
const leaseMs = 15_000;
// Of one product so many events are handed out at a time: more than come between two looks of the relay. Those behind
// them no instance has read, so none is publishing them, and they may still change.
const mostOfOne = 100;

/** An event for the outbox of the document whose change it tells of, to be pushed in the update that makes the change. */
export function pendingEvent<Payload>(event: EventDefinition<Payload>, payload: Payload): PendingEvent {
  const { eventId, topic, type, payload: json, occurredAt, traceparent } = toEventRecord(event, payload);
  return { eventId, topic, type, payload: json, availableDelta: null, occurredAt, traceparent };
}

/**
 * As `pendingEvent`, for a change of `available` by so many units. An update that takes what is there, however much that
 * is, does not know what it leaves; the figures are worked out when the event is relayed.
 */
export function pendingStockChange(availableDelta: number): PendingEvent {
  const { topic, type } = productStockChanged;
  const traceparent = currentTraceparent() ?? null;
  return { eventId: createId("evt"), topic, type, payload: null, availableDelta, occurredAt: new Date(), traceparent };
}

export interface ProductOutbox extends OutboxSource {
  /** To be called after a change, so that its event need not wait for the relay's next look. */
  wake: () => void;
  /**
   * Makes one stock-changed event of those that follow each other far behind in a product's outbox: while no broker
   * answers, a product that sells well would else reach the size that MongoDB allows a document, and sell no more.
   */
  condense: () => Promise<void>;
}

/**
 * The outboxes in the products' own documents as a source for the relay. An instance claims whole documents by a lease in
 * them, so that no two relay one product at a time; a killed instance's leases end by themselves.
 */
export function createProductOutbox({ products }: Pick<Store, "products">): ProductOutbox {
  const owner = randomUUID();
  let wake: () => void = () => undefined;

  async function release(): Promise<void> {
    await products.updateMany(
      { "outbox.eventId": { $gt: "" }, "outboxLease.owner": owner },
      { $unset: { outboxLease: 1 } },
    );
  }

  return {
    claim: async (limit, exceptKeys) => {
      const now = new Date();
      const free = { $or: [{ "outboxLease.owner": owner }, { "outboxLease.until": { $not: { $gt: now } } }] };
      const waiting = await products
        .find({ "outbox.eventId": { $gt: "" }, _id: { $nin: exceptKeys }, ...free }, { _id: 1 })
        .sort({ "outbox.eventId": 1 })
        .limit(limit)
        .lean();
      if (waiting.length === 0) return [];
      const _id = { $in: waiting.map((product) => product._id) };
      const outboxLease = { owner, until: new Date(now.getTime() + leaseMs) };
      await products.updateMany({ _id, ...free }, { $set: { outboxLease } });
      const claimed = await products
        .find({ _id, "outboxLease.owner": owner }, { name: 1, available: 1, outbox: 1 })
        .lean<Pick<ProductDocument, "_id" | "name" | "available" | "outbox">[]>();
      return claimed.flatMap((product) => toEventRecords(product).slice(0, mostOfOne)).slice(0, limit);
    },
    markPublished: async (records) => {
      const eventIds = records.map(({ eventId }) => eventId);
      const _id = { $in: [...new Set(records.map(({ key }) => key))] };
      await products.updateMany(
        { _id, "outboxLease.owner": owner },
        { $pull: { outbox: { eventId: { $in: eventIds } } }, $unset: { outboxLease: 1 } },
      );
    },
    release,
    backlog: async () => {
      const [backlog] = await products.aggregate<Backlog>([
        { $match: { "outbox.eventId": { $gt: "" } } },
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
    onWake: (callback) => {
      wake = callback;
    },
    wake: () => wake(),
    condense: async () => {
      const isLong = { "outbox.eventId": { $gt: "" }, [`outbox.${mostOfOne + 1}`]: { $exists: true } };
      await products.updateMany(isLong, [{ $set: { outbox: condensed } }], { updatePipeline: true });
    },
    stop: () => release().catch(() => undefined), // the leases end by themselves
  };
}

const isStockChange = (event: string) => ({ $isNumber: `${event}.availableDelta` });
const sumOfBoth = { availableDelta: { $add: ["$$last.availableDelta", "$$this.availableDelta"] } };
const butLast = { $slice: ["$$value", { $subtract: [{ $size: "$$value" }, 1] }] };

/** A long outbox in which each run of stock changes behind what may have been read is one: the first, with the sum of all. */
const condensed = {
  $concatArrays: [
    { $slice: ["$outbox", mostOfOne] },
    {
      $reduce: {
        initialValue: { $slice: ["$outbox", mostOfOne, 1] },
        input: { $slice: ["$outbox", mostOfOne + 1, { $size: "$outbox" }] },
        in: {
          $let: {
            vars: { last: { $last: "$$value" } },
            in: {
              $cond: [
                { $and: [isStockChange("$$last"), isStockChange("$$this")] },
                { $concatArrays: [butLast, [{ $mergeObjects: ["$$last", sumOfBoth] }]] },
                { $concatArrays: ["$$value", ["$$this"]] },
              ],
            },
          },
        },
      },
    },
  ],
};

/**
 * The events of one document, oldest first. `available` was read together with them, so going back from it event by event
 * gives what each found and left; a second reading gives the same, for what comes later is at the end.
 */
export function toEventRecords(product: Pick<ProductDocument, "_id" | "name" | "available" | "outbox">): EventRecord[] {
  let available = product.available;
  return product.outbox
    .toReversed()
    .map(({ eventId, topic, type, payload, availableDelta, occurredAt, traceparent }) => {
      const previousAvailable = available - (availableDelta ?? 0);
      const stockChange = { productId: product._id, name: product.name, available, previousAvailable };
      available = previousAvailable;
      return {
        eventId,
        topic,
        type,
        key: product._id,
        payload: payload ?? JSON.stringify(stockChange),
        occurredAt,
        traceparent,
      };
    })
    .reverse();
}
