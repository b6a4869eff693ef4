import { type GraphQLFormattedError } from "graphql";

/** What came of an operation: "failed" where something of ours did, "refused" where all that is wrong with it is the client's. */
export type OperationOutcome = "ok" | "refused" | "failed";

const ours = new Set<unknown>(["INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"]);

/** @param errors as clients are told them */
export function outcomeOf(errors: readonly GraphQLFormattedError[] | undefined): OperationOutcome {
  if (errors === undefined || errors.length === 0) return "ok";
  return errors.some(({ extensions }) => ours.has(extensions?.["code"])) ? "failed" : "refused";
}
