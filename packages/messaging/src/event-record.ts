import { type EventDefinition } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { currentTraceparent } from "@shop/telemetry";

/** An event as it waits in an outbox and travels: its payload already JSON, its key and trace decided. */
export interface EventRecord {
  readonly eventId: string;
  readonly topic: string;
  readonly type: string;
  readonly key: string;
  /** JSON. */
  readonly payload: string;
  readonly occurredAt: Date;
  /** The trace of the request that caused it. */
  readonly traceparent: string | null;
}

/** Makes the record of an event that happens now. @throws where the payload does not fit its contract: a bug */
export function toEventRecord<Payload>(event: EventDefinition<Payload>, payload: Payload): EventRecord {
  return {
    eventId: createId("evt"),
    topic: event.topic,
    type: event.type,
    key: event.key(payload),
    payload: JSON.stringify(event.payload.parse(payload)),
    occurredAt: new Date(),
    traceparent: currentTraceparent() ?? null,
  };
}
