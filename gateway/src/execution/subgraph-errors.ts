import { serviceUnavailable } from "@shop/graphql-errors";
import { type GraphQLFormattedError, Kind, parse } from "graphql";
import { type SubgraphAnswer } from "./subgraph-client";

/** Codes with which a subgraph says that the gateway's request was at fault: no client can do anything about those. */
const gatewayFaults = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "BAD_REQUEST",
  "INTERNAL_SERVER_ERROR",
]);

/** The errors of a subgraph's answer as a client may read them, each with a path below the fetch that it came from. */
export function readSubgraphErrors(
  subgraph: string,
  answer: SubgraphAnswer,
  operation: string,
): GraphQLFormattedError[] | undefined {
  if (!Array.isArray(answer.errors) || answer.errors.length === 0) return undefined;
  return answer.errors.map((error: unknown) => readError(subgraph, error, operation));
}

/** What stands for a whole fetch that brought nothing. */
export function unavailableError(subgraph: string, operation: string): GraphQLFormattedError {
  const { message, extensions } = serviceUnavailable(`The ${subgraph} service`);
  return { message, path: firstPath(operation), extensions };
}

function readError(subgraph: string, error: unknown, operation: string): GraphQLFormattedError {
  const { message, path, extensions } = isRecord(error) ? error : {};
  const { code, stacktrace: _stacktrace, exception: _exception, ...details } = isRecord(extensions) ? extensions : {};
  const place = isPath(path) ? path : firstPath(operation);
  if (typeof code !== "string" || typeof message !== "string" || gatewayFaults.has(code)) {
    return {
      message: `Something went wrong in the ${subgraph} service. The trace id helps us find it.`,
      path: place,
      extensions: { code: "INTERNAL_SERVER_ERROR", traceId: details["traceId"] },
    };
  }
  return { message, path: place, extensions: { ...details, code } };
}

/**
 * Where the first thing that a fetch asks for belongs in its answer, so that an error about all of it has a path into the
 * client's own answer: execution puts the fetch's place in front of it.
 */
function firstPath(operation: string): (string | number)[] {
  const [definition] = parse(operation, { noLocation: true }).definitions;
  const root = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections[0] : undefined;
  if (root?.kind !== Kind.FIELD) return [];
  if (root.name.value !== "_entities") return [root.alias?.value ?? root.name.value];
  const [onType] = root.selectionSet?.selections ?? [];
  const fields = onType?.kind === Kind.INLINE_FRAGMENT ? onType.selectionSet.selections : [];
  const first = fields.find((field) => field.kind === Kind.FIELD && field.name.value !== "__typename");
  return ["_entities", 0, ...(first?.kind === Kind.FIELD ? [first.alias?.value ?? first.name.value] : [])];
}

function isPath(value: unknown): value is (string | number)[] {
  return Array.isArray(value) && value.every((step) => typeof step === "string" || typeof step === "number");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
