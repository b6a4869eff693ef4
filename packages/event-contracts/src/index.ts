export { type EventDefinition, type Topic } from "./define-event";
export { type EventMoney } from "./payloads";
export * from "./user";
export * from "./product";
export * from "./order";
export * from "./comment";
export * from "./system";
export * from "./audit";

/** Every topic, for whoever makes them. */
export const topics = ["user.v1", "product.v1", "order.v1", "comment.v1", "system.v1", "audit.v1"] as const;
