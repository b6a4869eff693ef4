export { createMessageBus, type MessageBus } from "./message-bus";
export { type EventRecord, toEventRecord } from "./event-record";
export { createOutboxRelay } from "./outbox-relay";
export { type Backlog, type OutboxSource } from "./outbox-source";
export { appendToOutbox, createPostgresOutbox, type SqlTransaction } from "./postgres-outbox";
export { recordInInbox } from "./postgres-inbox";
export { type Consumer, startConsumer } from "./consumer";
export { type EventHandler, handle, type ReceivedEvent, UnprocessableEventError } from "./event-handler";
export { type OffsetStore } from "./group-member";
