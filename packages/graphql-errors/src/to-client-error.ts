import { currentTraceId, type Logger } from "@shop/telemetry";
import { GraphQLError, type GraphQLFormattedError } from "graphql";

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
 */
export function toClientError(formatted: GraphQLFormattedError, error: unknown, log: Logger): GraphQLFormattedError {
  const traceId = currentTraceId();
  const { path, locations } = formatted;
  const place = { ...(path === undefined ? {} : { path }), ...(locations === undefined ? {} : { locations }) };
  const code = formatted.extensions?.["code"];
  if (typeof code === "string" && code !== "INTERNAL_SERVER_ERROR") {
    if (code === "BAD_USER_INPUT" && isVariableError(error)) {
      // graphql-js repeats the value of a bad variable in its message: a password, for instance.
      const message = formatted.message.replace(
        /got invalid value [\s\S]*?(?=(; | at ")[^;]*$|$)/,
        "got a value that does not fit",
      );
      return { message, ...place, extensions: { code, traceId } };
    }
    const { stacktrace: _stacktrace, ...extensions } = formatted.extensions ?? {};
    const known = requestErrors.has(code) ? { code } : extensions;
    return { message: formatted.message, ...place, extensions: { ...known, traceId } };
  }
  log.error({ err: error, path }, "a request failed");
  const message = "Something went wrong on our side. The trace id helps us find it.";
  return { message, ...place, extensions: { code: "INTERNAL_SERVER_ERROR", traceId } };
}

function isVariableError(error: unknown): boolean {
  return error instanceof GraphQLError && error.message.startsWith("Variable ");
}
