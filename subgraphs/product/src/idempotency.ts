import { createHash } from "node:crypto";

/** Which calls are one and the same: the viewer's, of one mutation, with one key. */
export function idempotencyScope(userId: string, mutation: string, key: string): string {
  return JSON.stringify([userId, mutation, key]);
}

/** Tells whether two inputs are the same, whatever the order of their fields. */
export function digestOf(input: object): string {
  return createHash("sha256").update(JSON.stringify(input, sortKeys)).digest("base64url");
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
