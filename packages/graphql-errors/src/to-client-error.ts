import { currentTraceId, type Logger } from "@shop/telemetry";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { serviceUnavailable } from "./errors";
import { withoutValues } from "./without-values";

// What the GraphQL layer itself finds wrong with a request; its own words name nothing but the client's document.
const requestErrors = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "BAD_REQUEST",
]);

/**
 * The one boundary between what was thrown and what a client sees. An error made by this package passes with its code;
 * anything else is a bug or an outage: it is logged with its stack, and the client reads its trace id and nothing more.
 * @param error what was thrown, unwrapped
 * @param isOutage whether what was thrown tells of a store that does not answer: a client can wait for that
 */
export function toClientError(
  formatted: GraphQLFormattedError,
  error: unknown,
  log: Logger,
  isOutage: (error: unknown) => boolean = () => false,
): GraphQLFormattedError {
  const traceId = currentTraceId();
  const { path, locations } = formatted;
  const place = { ...(path === undefined ? {} : { path }), ...(locations === undefined ? {} : { locations }) };
  const code = isLastVariableError(error) ? "BAD_USER_INPUT" : formatted.extensions?.["code"];
  if (typeof code === "string" && code !== "INTERNAL_SERVER_ERROR") {
    const { stacktrace: _stacktrace, ...extensions } = formatted.extensions ?? {};
    const known =
      requestErrors.has(code) || (code === "BAD_USER_INPUT" && isVariableError(error)) ? { code } : extensions;
    const message = withoutValues(formatted.message, code, error);
    return { message, ...place, extensions: { ...known, traceId } };
  }
  if (isOutage(error)) {
    log.error({ err: error, path }, "a store did not answer");
    const { message, extensions } = serviceUnavailable("This part of the shop");
    return { message, ...place, extensions: { ...extensions, traceId } };
  }
  log.error({ err: error, path }, "a request failed");
  const message = "Something went wrong on our side. The trace id helps us find it.";
  return { message, ...place, extensions: { code: "INTERNAL_SERVER_ERROR", traceId } };
}

function isVariableError(error: unknown): boolean {
  return error instanceof GraphQLError && (error.message.startsWith('Variable "$') || isLastVariableError(error));
}

/** What graphql-js ends a long list of bad variables with is no fault of ours either, though it has no code. */
function isLastVariableError(error: unknown): boolean {
  return error instanceof GraphQLError && error.message.startsWith("Too many errors processing variables");
}
