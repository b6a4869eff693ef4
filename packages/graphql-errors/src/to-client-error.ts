import { currentTraceId, type Logger } from "@shop/telemetry";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { serviceUnavailable } from "./errors";

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
  const code = formatted.extensions?.["code"];
  if (typeof code === "string" && code !== "INTERNAL_SERVER_ERROR") {
    if (code === "BAD_USER_INPUT" && isVariableError(error)) {
      return { message: withoutValue(formatted.message), ...place, extensions: { code, traceId } };
    }
    const { stacktrace: _stacktrace, ...extensions } = formatted.extensions ?? {};
    const known = requestErrors.has(code) ? { code } : extensions;
    return { message: formatted.message, ...place, extensions: { ...known, traceId } };
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

/** What graphql-js may say of a bad variable that holds no part of the value. */
const safeReasons = [
  /Field "\w+" of required type "\S+" was not provided\./,
  /Field "\w+" is not defined by type "\w+"\./,
  /Expected non-nullable type "\S+" not to be null\./,
  /Expected type "\w+" to be an object\./,
];

/** graphql-js repeats the value of a bad variable in its message, in places twice: a password, for instance. */
function withoutValue(message: string): string {
  const [, variable, place = ""] =
    /^(Variable "\$\w+") got invalid value [\s\S]*?( at "[\w.[\]]+")?; /.exec(message) ?? [];
  if (variable === undefined) return message;
  const reason = safeReasons.flatMap((safe) => safe.exec(message)?.[0] ?? [])[0];
  return `${variable} got a value that does not fit${place}${reason === undefined ? "." : `: ${reason}`}`;
}

function isVariableError(error: unknown): boolean {
  return error instanceof GraphQLError && error.message.startsWith("Variable ");
}
