import { type z } from "zod";

export type Topic = "user.v1" | "product.v1" | "order.v1" | "comment.v1" | "system.v1" | "audit.v1";

/** One kind of event: where it is published, by what key it keeps its order, and what it says. */
export interface EventDefinition<Payload = unknown> {
  readonly topic: Topic;
  /** The `event-type` header. */
  readonly type: string;
  readonly payload: z.ZodType<Payload>;
  /** All that happens to one thing shares a key, and so a partition. */
  readonly key: (payload: Payload) => string;
}

export function defineEvent<Payload>(definition: EventDefinition<Payload>): EventDefinition<Payload> {
  return definition;
}
