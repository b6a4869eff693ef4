import { randomBytes } from "node:crypto";
import { toClientError } from "@shop/graphql-errors";
import { currentTraceId, type Logger } from "@shop/telemetry";
import { type GraphQLError, type GraphQLFormattedError } from "graphql";

/** Turns whatever went wrong with an operation into what a client may see of it. */
export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * The gateway's one boundary for errors: message for a person, path, and extensions with code, traceId and, where a
 * subgraph is behind it, serviceName.
 */
export function createFormatError(log: Logger): FormatError {
  const inventTraceId = createTraceIds();
  return (formatted, error) => {
    const { message, path, extensions } = formatted;
    // The subgraph's data source has made it fit to be seen already (execution/subgraph-errors.ts).
    if (typeof extensions?.["serviceName"] === "string") {
      const traceId = currentTraceId() ?? extensions["traceId"] ?? inventTraceId();
      return { message, ...(path === undefined ? {} : { path }), extensions: { ...withoutStack(extensions), traceId } };
    }
    if (currentTraceId() !== undefined) return toClientError(formatted, error, log);
    const traceId = inventTraceId();
    const told = toClientError(formatted, error, log.child({ traceId }));
    return { ...told, extensions: { ...told.extensions, traceId } };
  };
}

/** Ids like those of traces, where none runs: one for all errors that are told together, as those of an answer are. */
function createTraceIds(): () => string {
  let current: string | undefined;
  return () => {
    if (current === undefined) queueMicrotask(() => (current = undefined));
    return (current ??= randomBytes(16).toString("hex"));
  };
}

/** For errors that reached the gateway's own code rather than Apollo Server. */
export function formatErrors(errors: readonly GraphQLError[], format: FormatError): GraphQLFormattedError[] {
  return errors.map((error) => {
    const { http: _http, ...extensions } = error.extensions;
    return format({ ...error.toJSON(), extensions }, error);
  });
}

function withoutStack(extensions: GraphQLFormattedError["extensions"]): Record<string, unknown> {
  const { stacktrace: _stacktrace, ...rest } = extensions ?? {};
  return rest;
}
