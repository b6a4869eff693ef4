import { HeaderMap } from "@apollo/server";
import { GraphQLError } from "graphql";

/**
 * The same error, to be answered with an HTTP status.
 * @param error where its extensions have `retryAfterSeconds`, the answer's Retry-After says so too
 */
export function withStatus(error: GraphQLError, status: number): GraphQLError {
  const { retryAfterSeconds } = error.extensions;
  const headers = new HeaderMap();
  if (typeof retryAfterSeconds === "number") headers.set("retry-after", String(retryAfterSeconds));
  const extensions: Record<string, unknown> = { ...error.extensions, http: { status, headers } };
  return new GraphQLError(error.message, { extensions });
}
