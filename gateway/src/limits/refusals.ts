import { createCounter } from "@shop/telemetry";

/** Why the gateway itself turned something away, by the code that its client was told. */
const reasons = [
  ...["TOO_COMPLEX", "RATE_LIMITED", "UNAUTHENTICATED", "OPERATION_NOT_REGISTERED", "PERSISTED_QUERY_NOT_FOUND"],
  ...["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_REQUEST", "SERVICE_UNAVAILABLE"],
];

/** Counts refusals. Of codes that are none nothing is noted. */
export function createRefusals(): (code: unknown) => void {
  const refused = createCounter("shop.refusals", {
    description: "Errors that tell a client it was turned away, by their code",
    unit: "{error}",
  });
  const tallies = new Map<unknown, { add(): void }>(reasons.map((reason) => [reason, refused.of({ reason })]));
  return (code) => tallies.get(code)?.add();
}
