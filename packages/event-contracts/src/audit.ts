import { z } from "zod";
import { defineEvent } from "./define-event";
import { id } from "./payloads";

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
export type AuditFacts = z.infer<typeof facts>;

/**
 * What somebody did by the right of their role, published by the service in which they did it. `before` and `after` hold
 * what it changed, and neither secrets nor what customers say of themselves.
 */
export const staffActed = defineEvent({
  topic: "audit.v1",
  type: "staff-acted",
  key: ({ targetId }: { targetId: string }) => targetId,
  payload: z.object({
    actorId: id,
    /** The kind of thing and what was done to it, for example `order.shipped`. */
    action: z.string().regex(/^[a-z]+\.[a-z-]+$/),
    targetId: id,
    before: facts,
    after: facts,
  }),
});

const maxTextLength = 300;

/** Values as the log keeps them: numbers and flags as they are, of texts and of all else as JSON the first 300 characters. */
export function toAuditFacts(values: object): AuditFacts {
  const entries = Object.entries(values) as [string, unknown][];
  return Object.fromEntries(entries.map(([name, value]) => [name, toFact(value)]));
}

function toFact(value: unknown): AuditFacts[string] {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "boolean") return value;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= maxTextLength ? text : Array.from(text).slice(0, maxTextLength).join("");
}
