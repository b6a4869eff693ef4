import { randomBytes } from "node:crypto";
import { toClientError } from "@shop/graphql-errors";
import { currentTraceId, type Logger, type TraceSpan } from "@shop/telemetry";
import { type GraphQLError, type GraphQLFormattedError } from "graphql";
import { createRefusals } from "./limits/refusals";

/** Turns whatever went wrong with an operation into what a client may see of it. */
export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * The gateway's one boundary for errors: message for a person, path, and extensions with code, traceId and, where a
 * subgraph is behind it, serviceName.
 */
export function createFormatError(log: Logger): FormatError {
  const inventTraceId = createTraceIds();
  const noteRefusal = createRefusals();
  const format: FormatError = (formatted, error) => {
    const { message, path, extensions } = formatted;
    // The subgraph's data source has made it fit to be seen already (execution/subgraph-errors.ts).
    if (typeof extensions?.["serviceName"] === "string") {
      const traceId = currentTraceId() ?? extensions["traceId"] ?? inventTraceId();
      return { message, ...(path === undefined ? {} : { path }), extensions: { ...withoutStack(extensions), traceId } };
    }
    noteRefusal(extensions?.["code"]);
    if (currentTraceId() !== undefined) return toClientError(formatted, error, log);
    const traceId = inventTraceId();
    const told = toClientError(formatted, error, log.child({ traceId }));
    return { ...told, extensions: { ...told.extensions, traceId } };
  };
  return (formatted, error) => {
    const span = typeof error === "object" && error !== null ? spanOfError.get(error) : undefined;
    return span === undefined ? format(formatted, error) : span.run(() => format(formatted, error));
  };
}

const spanOfError = new WeakMap<object, TraceSpan>();

/** Notes what errors are part of that come to be told by Apollo Server, which does not say so when it asks for their format. */
export function noteSpan(errors: readonly GraphQLError[], span: TraceSpan | undefined): void {
  if (span === undefined) return;
  for (const error of errors) {
    spanOfError.set(error, span);
    if (error.originalError !== undefined) spanOfError.set(error.originalError, span);
  }
}

/** Ids like those of traces, where none runs: one for all errors that are told together, as those of an answer are. */
function createTraceIds(): () => string {
  let current: string | undefined;
  return () => {
    if (current === undefined) queueMicrotask(() => (current = undefined));
    return (current ??= randomBytes(16).toString("hex"));
  };
}

/** For errors that reached the gateway's own code rather than Apollo Server. @param span what they are part of */
export function formatErrors(
  errors: readonly GraphQLError[],
  format: FormatError,
  span?: TraceSpan,
): GraphQLFormattedError[] {
  noteSpan(errors, span);
  return errors.map((error) => {
    const { http: _http, ...extensions } = error.extensions;
    return format({ ...error.toJSON(), extensions }, error);
  });
}

function withoutStack(extensions: GraphQLFormattedError["extensions"]): Record<string, unknown> {
  const { stacktrace: _stacktrace, ...rest } = extensions ?? {};
  return rest;
}
