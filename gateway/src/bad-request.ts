import { GraphQLError } from "graphql";

/** A request that no server could answer as it stands; HTTP 400. */
export function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "BAD_REQUEST", http: { status: 400 } } });
}
