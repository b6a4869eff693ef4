import { type EventDefinition } from "@shop/event-contracts";
import { inSpan } from "@shop/telemetry";
import { type IHeaders, type KafkaMessage } from "kafkajs";

export interface ReceivedEvent<Payload> {
  readonly eventId: string;
  readonly occurredAt: Date;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly payload: Payload;
}

/** Made by `handle`; one for each kind of event that a consumer reads. Others of its topics are passed over. */
export interface EventHandler {
  readonly event: EventDefinition<never>;
  readonly receive: (received: ReceivedEvent<unknown>) => Promise<void>;
}

/** Far more than any event of ours has: what is made of it is stored, and shown to people. */
const maxEventBytes = 256 * 1_024;

/** An event that can never be handled. It goes to the dead-letter topic, and its partition goes on. */
export class UnprocessableEventError extends Error {}

/**
 * Ties a kind of event to what is done about it. The work must be idempotent by `eventId`: an event may come again.
 * It is tried again while it throws, and its partition waits; UnprocessableEventError gives the event up.
 */
export function handle<Payload>(
  event: EventDefinition<Payload>,
  work: (received: ReceivedEvent<Payload>) => Promise<void>,
): EventHandler {
  return {
    event: event as unknown as EventDefinition<never>,
    receive: async (received) => {
      const parsed = event.payload.safeParse(received.payload);
      if (!parsed.success) throw new UnprocessableEventError(`the payload does not fit ${event.topic} ${event.type}`);
      await work({ ...received, payload: parsed.data });
    },
  };
}

export interface ReceivedMessage {
  readonly topic: string;
  readonly partition: number;
  readonly message: KafkaMessage;
}

/**
 * Hands each message to the handler of its kind of event, if there is one.
 * @param options.traced whether the handling is a span of the trace that the event is of
 * @throws UnprocessableEventError for what is no event; else what the handler throws
 */
export function createDispatch(
  handlers: readonly EventHandler[],
  { traced }: { traced: boolean } = { traced: true },
): (received: ReceivedMessage) => Promise<void> {
  const byTopicAndType = new Map(handlers.map((one) => [`${one.event.topic} ${one.event.type}`, one]));
  return async ({ topic, partition, message }) => {
    const headers = textHeaders(message.headers);
    const { "event-type": type, "event-id": eventId, traceparent } = headers;
    const handler = byTopicAndType.get(`${topic} ${type ?? ""}`);
    if (handler === undefined && type !== undefined) return;
    if (handler === undefined || eventId === undefined) {
      throw new UnprocessableEventError("the headers event-type and event-id are missing");
    }
    const bytes = message.value?.length ?? 0;
    if (bytes > maxEventBytes) {
      throw new UnprocessableEventError(`the value has ${bytes} bytes, and an event at most ${maxEventBytes}`);
    }
    const received = {
      eventId,
      occurredAt: new Date(headers["event-time"] ?? Number(message.timestamp)),
      topic,
      partition,
      offset: BigInt(message.offset),
      payload: parseJson(message.value),
    };
    if (!traced) return handler.receive(received);
    await inSpan(`receive ${topic}`, { kind: "CONSUMER", traceparent, attributes: messageAttributes(received) }, () =>
      handler.receive(received),
    );
  };
}

/** What a span tells of an event that is published or received. */
export function messageAttributes({ topic, eventId }: { topic: string; eventId: string }) {
  return { "messaging.system": "kafka", "messaging.destination.name": topic, "messaging.message.id": eventId };
}

export function textHeaders(headers: IHeaders | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
}

function parseJson(value: Buffer | null): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    throw new UnprocessableEventError("the value is not JSON");
  }
}
