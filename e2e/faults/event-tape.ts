// What a consumer of the shop's events gets to see.
import { randomUUID } from "node:crypto";
import * as contracts from "@shop/event-contracts";
import { createMessageBus, handle, startConsumer } from "@shop/messaging";
import { createLogger } from "@shop/telemetry";

export interface TapedEvent {
  readonly eventId: string;
  readonly type: string;
  /** The id of the order or the product that it is about. */
  readonly key: string;
  readonly payload: object;
}

export interface EventTape {
  /** Each event at its first coming, by its id. */
  readonly events: ReadonlyMap<string, TapedEvent>;
  /** How many came, those that came again included. */
  count(): number;
  /** An order's or a product's events, as they first came. */
  of(key: string): TapedEvent[];
  stop(): Promise<void>;
}

/** What is told of orders and of stock. */
export const eventsOfOrders = [
  ...[contracts.orderPlaced, contracts.orderRejected, contracts.orderPaid, contracts.orderShipped],
  ...[contracts.orderDelivered, contracts.orderCancelled, contracts.orderExpired],
  ...[contracts.paymentCaptured, contracts.paymentFailed, contracts.paymentRefunded],
  contracts.productStockChanged,
] as contracts.EventDefinition<object>[];

/** What is told of comments. */
export const eventsOfComments = [
  ...[contracts.commentAdded, contracts.commentEdited, contracts.commentDeleted],
  ...[contracts.commentHidden, contracts.commentShown, contracts.commentLiked],
] as contracts.EventDefinition<object>[];

/** Reads all of these events, from the first one on, until it is stopped. */
export function startEventTape(
  env: Readonly<Record<string, string>>,
  taped: readonly contracts.EventDefinition<object>[] = eventsOfOrders,
): EventTape {
  const log = createLogger("event-tape");
  log.level = "silent";
  const { topics } = contracts;
  const brokers = (env["KAFKA_BROKERS"] ?? "").split(",");
  const bus = createMessageBus({ brokers, clientId: "event-tape", topics, log });
  const events = new Map<string, TapedEvent>();
  let count = 0;
  const handlers = taped.map((event) =>
    handle(event, ({ eventId, payload }) => {
      count++;
      if (!events.has(eventId)) events.set(eventId, { eventId, type: event.type, key: event.key(payload), payload });
      return Promise.resolve();
    }),
  );
  const consumer = startConsumer({ bus, groupId: randomUUID(), handlers, isOutage: () => false, log });
  return {
    events,
    count: () => count,
    of: (key) => [...events.values()].filter((event) => event.key === key),
    stop: async () => {
      await consumer.stop();
      await bus.stop();
    },
  };
}
