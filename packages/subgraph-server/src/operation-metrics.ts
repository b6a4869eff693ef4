import { type ApolloServerPlugin } from "@apollo/server";
import { outcomeOf } from "@shop/graphql-errors";
import { createHistogram, type Distribution } from "@shop/telemetry";
import { Kind, type OperationDefinitionNode } from "graphql";

/** Measures operations by the first field that they ask for, of which there are as many as the schema has, and no more. */
export function createOperationMetrics(): ApolloServerPlugin {
  const durations = createHistogram("shop.subgraph.operation.duration", {
    description: "Operations that a subgraph ran, by their first field and what came of them",
    unit: "s",
  });
  const known = new Map<string, Distribution>();
  const durationOf = (field: string, outcome: string): Distribution => {
    const key = `${field} ${outcome}`;
    const duration = known.get(key) ?? durations.of({ field, outcome });
    known.set(key, duration);
    return duration;
  };
  return {
    requestDidStart: () => {
      const startedAtMs = performance.now();
      return Promise.resolve({
        willSendResponse: ({ operation, response: { body } }) => {
          const errors = body.kind === "single" ? body.singleResult.errors : undefined;
          const seconds = (performance.now() - startedAtMs) / 1_000;
          durationOf(firstField(operation), outcomeOf(errors)).record(seconds);
          return Promise.resolve();
        },
      });
    },
  };
}

/** Of an operation that is valid; Apollo Server tells of no other. */
function firstField(operation: OperationDefinitionNode | null | undefined): string {
  const first = operation?.selectionSet.selections[0];
  return first?.kind === Kind.FIELD ? first.name.value : "none";
}
