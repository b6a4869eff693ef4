import { createHash } from "node:crypto";

/** Which calls are one and the same: the viewer's, of one mutation, with one key. */
export function idempotencyScope(userId: string, mutation: string, key: string): string {
  return JSON.stringify([userId, mutation, key]);
}

/** Tells whether two inputs are the same, whatever the order of their fields; null is as good as absent. */
export function digestOf(input: object): string {
  return createHash("sha256").update(JSON.stringify(input, toCanonical)).digest("base64url");
}

function toCanonical(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const given = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(given.sort(([a], [b]) => (a < b ? -1 : 1)));
}
