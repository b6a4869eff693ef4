/** What a socket's peer says, in `extensions` or as it connects, that the rest is part of. */
export function traceparentOf(said: unknown): string | undefined {
  if (typeof said !== "object" || said === null || !("traceparent" in said)) return undefined;
  return typeof said.traceparent === "string" ? said.traceparent : undefined;
}
