import { type ApolloServerPlugin } from "@apollo/server";
import { type RequestContext } from "../request-context";
import { type CredentialAttempt, findCredentialAttempts } from "./credential-attempts";
import { type RateLimits } from "./rate-limits";

/** Counts what a mutation tries at accounts before any of it runs, whichever door it came in by. */
export function guardCredentials(rateLimits: RateLimits): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () => {
      let attempts: readonly CredentialAttempt[] = [];
      return Promise.resolve({
        didResolveOperation: async ({ document, operation, request, contextValue }) => {
          if (operation == null) return;
          attempts = findCredentialAttempts(document, operation, request.variables ?? {}, contextValue.viewer);
          if (attempts.length > 0) await rateLimits.admitCredentials(attempts, contextValue);
        },
        willSendResponse: ({ response: { body } }) => {
          if (attempts.length > 0 && body.kind === "single") {
            rateLimits.settleCredentials(attempts, body.singleResult.data ?? {});
          }
          return Promise.resolve();
        },
      });
    },
  };
}
