import { type ApolloServer } from "@apollo/server";
import { type VerifyAccessToken, type Viewer } from "@shop/auth";
import { toClientError } from "@shop/graphql-errors";
import { type AdmitCaller, type SubscribeOperation } from "@shop/rest-facade";
import { type Logger } from "@shop/telemetry";
import { GraphQLError } from "graphql";

/**
 * Lets callers of REST routes into the subgraph: their operations run in the Apollo Server that the gateway's run in, with
 * the viewer of the user's token.
 * @param deps.subscribe needed where one of the routes streams
 */
export function createRestDoor<Context extends object>(deps: {
  apollo: ApolloServer<Context>;
  verifyViewer: VerifyAccessToken;
  createContext: (request: { viewer: Viewer | null; userAgent: string | undefined; address: string }) => Context;
  subscribe?: SubscribeOperation;
  isOutage?: (error: unknown) => boolean;
  log: Logger;
}): AdmitCaller {
  const { apollo, verifyViewer, createContext, subscribe, isOutage, log } = deps;
  const toErrors = (error: unknown) => {
    const formatted = error instanceof GraphQLError ? error.toJSON() : { message: String(error) };
    return [toClientError(formatted, error, log, isOutage)];
  };

  return async (caller) => {
    const { authorization, userAgent, address } = caller;
    try {
      const viewer = await verifyViewer(authorization);
      return {
        ok: true,
        viewer,
        execute: async ({ query, variables }) => {
          try {
            const contextValue = createContext({ viewer, userAgent, address });
            const { body } = await apollo.executeOperation({ query, variables: { ...variables } }, { contextValue });
            if (body.kind !== "single") throw new Error("incremental delivery is not offered");
            return body.singleResult;
          } catch (error) {
            return { errors: toErrors(error) };
          }
        },
        subscribe: (operation, client) => {
          if (subscribe === undefined) throw new Error("a route streams, and there is nothing to subscribe with");
          return subscribe({ ...operation, ...caller }, client);
        },
      };
    } catch (error) {
      return { ok: false, errors: toErrors(error) };
    }
  };
}
