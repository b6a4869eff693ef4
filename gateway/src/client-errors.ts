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
  return (formatted, error) => {
    const serviceName = formatted.extensions?.["serviceName"];
    // The subgraph's data source has made it fit to be seen already (execution/subgraph-errors.ts).
    if (typeof serviceName === "string") {
      const { message, path, extensions } = formatted;
      const traceId = currentTraceId() ?? extensions?.["traceId"];
      return { message, ...(path === undefined ? {} : { path }), extensions: { ...withoutStack(extensions), traceId } };
    }
    return toClientError(formatted, error, log);
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
