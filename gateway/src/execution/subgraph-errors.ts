import { serviceUnavailable } from "@shop/graphql-errors";
import { type ResponsePath } from "./outcome";
import { type SubgraphAnswer } from "./subgraph-client";

/** An error of a subgraph as a client may read it. */
export interface SubgraphError {
  readonly message: string;
  /** Within the subgraph's answer; undefined where the error is about all of it. */
  readonly path: ResponsePath | undefined;
  /** With `code` and `serviceName`. */
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** Codes with which a subgraph says that the gateway's request was at fault: no client can do anything about those. */
const gatewayFaults = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "BAD_REQUEST",
  "INTERNAL_SERVER_ERROR",
]);

/** Extensions that say something about the subgraph, or to an HTTP server. */
const ownAffairs = ["stacktrace", "exception", "http"];

const noErrors: readonly SubgraphError[] = [];

export function readSubgraphErrors(subgraph: string, answer: SubgraphAnswer): readonly SubgraphError[] {
  const { errors } = answer;
  return Array.isArray(errors) ? errors.map((error: unknown) => readError(subgraph, error)) : noErrors;
}

/** What stands for a subgraph's whole answer where there is none. */
export function unavailable(subgraph: string): SubgraphError {
  const { message, extensions } = serviceUnavailable(`The ${subgraph} service`);
  return { message, path: undefined, extensions: { ...extensions, serviceName: subgraph } };
}

/** What stands for an answer that is not what was asked for. */
export function broken(subgraph: string, path?: ResponsePath, traceId?: unknown): SubgraphError {
  return {
    message: `Something went wrong in the ${subgraph} service. The trace id helps us find it.`,
    path,
    extensions: { code: "INTERNAL_SERVER_ERROR", serviceName: subgraph, ...(traceId === undefined ? {} : { traceId }) },
  };
}

function readError(subgraph: string, error: unknown): SubgraphError {
  const { message, path: place, extensions } = isRecord(error) ? error : {};
  const { code, ...details } = isRecord(extensions) ? extensions : {};
  for (const name of ownAffairs) Reflect.deleteProperty(details, name);
  const path = isPath(place) ? place : undefined;
  if (typeof code !== "string" || typeof message !== "string" || gatewayFaults.has(code)) {
    return broken(subgraph, path, details["traceId"]);
  }
  return { message, path, extensions: { ...details, code, serviceName: subgraph } };
}

function isPath(value: unknown): value is ResponsePath {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((step) => typeof step === "string" || typeof step === "number")
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
