import { type GraphQLRequestContextWillSendResponse } from "@apollo/server";
import { outcomeOf } from "@shop/graphql-errors";
import { createBoundedNames, createHistogram, type Distribution } from "@shop/telemetry";
import { type RequestContext } from "./request-context";

/** More than a front end has; each is some hundred lines of metrics. */
const maxNames = 100;

/** Measures an operation that was answered. @param startedAtMs by performance.now() */
export type MeasureOperation = (
  request: GraphQLRequestContextWillSendResponse<RequestContext>,
  startedAtMs: number,
) => void;

/**
 * Measures queries and mutations by their name, kind and outcome. Clients choose the names: those of registered operations
 * have a label, and where there are none the first hundred of operations that are valid; the rest is "other".
 */
export function createOperationMetrics(registered: readonly { readonly name: string }[]): MeasureOperation {
  const durations = createHistogram("shop.graphql.operation.duration", {
    description: "Queries and mutations by name, kind and outcome, and how long they took",
    unit: "s",
  });
  const known = registered.map(({ name }) => name);
  const labelOf = createBoundedNames({ known, maxNames: known.length > 0 ? known.length : maxNames });
  const byKey = new Map<string, Distribution>();
  return ({ operation, operationName, response: { body } }, startedAtMs) => {
    const type = operation?.operation ?? "none";
    // What is not valid has no name that anybody would know it by.
    const name = operation == null ? "invalid" : operationName == null ? "anonymous" : labelOf(operationName);
    const outcome = outcomeOf(body.kind === "single" ? body.singleResult.errors : undefined);
    const key = `${name} ${type} ${outcome}`;
    let duration = byKey.get(key);
    if (duration === undefined) {
      duration = durations.of({ "graphql.operation.name": name, "graphql.operation.type": type, outcome });
      byKey.set(key, duration);
    }
    duration.record((performance.now() - startedAtMs) / 1_000);
  };
}
