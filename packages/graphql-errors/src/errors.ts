import { GraphQLError } from "graphql";

/** The codes of top-level errors that clients may rely on. */
export type ErrorCode =
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "BAD_USER_INPUT"
  | "CURSOR_EXPIRED"
  | "RATE_LIMITED"
  | "TOO_COMPLEX"
  | "SERVICE_UNAVAILABLE"
  | "INTERNAL_SERVER_ERROR";

function clientError(code: ErrorCode, message: string, extensions: Record<string, unknown> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, code } });
}

/** No viewer where one is needed, or a token that does not hold. */
export function unauthenticated(
  message = "Sign in first: send an access token as `Authorization: Bearer …`.",
): GraphQLError {
  return clientError("UNAUTHENTICATED", message);
}

/** A viewer whose role falls short. */
export function forbidden(message = "Your role does not allow this."): GraphQLError {
  return clientError("FORBIDDEN", message);
}

/** A query's argument that does not fit: `first`, a cursor, a filter. @param path into the arguments */
export function badUserInput(message: string, path?: readonly string[]): GraphQLError {
  return clientError("BAD_USER_INPUT", message, path === undefined ? {} : { inputPath: path });
}

/** A subscription's `after` that has been trimmed away: what lies between cannot be told any more. */
export function cursorExpired(): GraphQLError {
  return clientError(
    "CURSOR_EXPIRED",
    "This cursor is too old to resume from: read the list anew and start from its end.",
  );
}

export function rateLimited(retryAfterSeconds: number): GraphQLError {
  return clientError("RATE_LIMITED", "Too many requests: wait and try again.", { retryAfterSeconds });
}

/** A store or a neighbour that does not answer. @param what in a client's words, for example "The catalogue" */
export function serviceUnavailable(what: string, retryAfterSeconds = 5): GraphQLError {
  return clientError("SERVICE_UNAVAILABLE", `${what} cannot be reached at the moment: try again.`, {
    retryAfterSeconds,
  });
}
