export { createMessageBus, type MessageBus } from "./message-bus";
export { type EventRecord, toEventRecord } from "./event-record";
export { createOutboxRelay, type OutboxSource } from "./outbox-relay";
export { appendToOutbox, createPostgresOutbox, type SqlTransaction } from "./postgres-outbox";
export { recordInInbox } from "./postgres-inbox";
export {
  handle,
  startConsumer,
  UnprocessableEventError,
  type Consumer,
  type EventHandler,
  type OffsetStore,
  type ReceivedEvent,
} from "./consumer";
