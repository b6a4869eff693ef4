import { randomUUID } from "node:crypto";
import { type EventDefinition, productStockChanged } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { type EventRecord, type OutboxSource, toEventRecord } from "@shop/messaging";
import { currentTraceparent } from "@shop/telemetry";
import { type ClaimedDocument, createOutboxClaims, mostOfOne } from "./outbox-claims";
import { type PendingEvent } from "./outbox-model";
import { type Store } from "./store";

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

/** What waits in the documents of products and categories, as one source for the relay. */
export interface Outbox extends OutboxSource {
  /** To be called after a change, so that its event need not wait for the relay's next look. */
  wake: () => void;
  /**
   * Makes one stock-changed event of those that follow each other far behind in a product's outbox: while no broker
   * answers, a product that sells well would else reach the size that MongoDB allows a document, and sell no more.
   */
  condense: () => Promise<void>;
}

export function createOutbox({ products, categories }: Pick<Store, "products" | "categories">): Outbox {
  const owner = randomUUID();
  // Categories first: they are few, and the products' may fill every batch.
  const sources = [categories, products].map((model) => createOutboxClaims(model, owner, toEventRecords));
  let wake: () => void = () => undefined;

  async function release(): Promise<void> {
    await Promise.all(sources.map((source) => source.release()));
  }

  return {
    claim: async (limit, exceptKeys) => {
      const claimed = await Promise.all(sources.map((source) => source.claim(limit, exceptKeys)));
      return claimed.flat().slice(0, limit);
    },
    markPublished: async (records) => {
      await Promise.all(sources.map((source) => source.markPublished(records))); // each knows its own by their ids
    },
    release,
    backlog: async () => {
      const backlogs = await Promise.all(sources.map((source) => source.backlog()));
      const oldest = backlogs.flatMap(({ oldestAt }) => oldestAt ?? []).sort((a, b) => a.getTime() - b.getTime());
      return { waiting: backlogs.reduce((sum, { waiting }) => sum + waiting, 0), oldestAt: oldest[0] ?? null };
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
 * The events of one document, oldest first. A product's `available` was read together with them, so going back from it
 * event by event gives what each found and left; a second reading gives the same, for what comes later is at the end.
 */
function toEventRecords({ _id: key, name, available: availableNow = 0, outbox }: ClaimedDocument): EventRecord[] {
  let available = availableNow;
  return outbox
    .toReversed()
    .map(({ eventId, topic, type, payload, availableDelta, occurredAt, traceparent }) => {
      const previousAvailable = available - (availableDelta ?? 0);
      const stockChange = { productId: key, name, available, previousAvailable };
      available = previousAvailable;
      return { eventId, topic, type, key, payload: payload ?? JSON.stringify(stockChange), occurredAt, traceparent };
    })
    .reverse();
}
