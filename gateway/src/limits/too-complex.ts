import { GraphQLError } from "graphql";

/** An operation that asks for more than one may; HTTP 400. @param what completes "This operation …" */
export function tooComplex(what: string, extensions: Readonly<Record<string, unknown>> = {}): GraphQLError {
  return new GraphQLError(`This operation ${what}: ask for less at once.`, {
    extensions: { ...extensions, code: "TOO_COMPLEX", http: { status: 400 } },
  });
}
