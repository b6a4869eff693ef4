import { type VerifyAccessToken } from "@shop/auth";
import { badUserInput, rateLimited, toClientError } from "@shop/graphql-errors";
import { type Logger } from "@shop/telemetry";
import {
  getOperationAST,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
  parse,
  validate,
} from "graphql";
import { type Context as SocketContext, type ServerOptions, type SubscribePayload } from "graphql-ws";
import { type Context } from "../context";
import { type Peer } from "./socket-server";
import { subscribeTraced, type TracedSubscription } from "./traced-subscription";

type Params = Record<string, unknown>;

const initTimeoutMs = 3_000;
const maxTokens = 2_000;
/** The gateway carries many clients; anyone else is one. */
const maxSubscriptions = { gateway: 1_000, client: 50 } as const;

/**
 * What a socket does, as graphql-ws asks: it tells who connects and executes subscriptions, and nothing else.
 * @param options.schema read at each subscription
 */
export function createOperations(options: {
  schema: () => GraphQLSchema;
  verifyViewer: VerifyAccessToken;
  createContext: (peer: Peer) => Context;
  isOutage: (error: unknown) => boolean;
  log: Logger;
}): ServerOptions<Params, Peer> {
  const { log } = options;

  function refuse(error: GraphQLError): GraphQLFormattedError {
    const isOfRequest = isFoundInRequest(error);
    const formatted = isOfRequest ? { ...error.toJSON(), extensions: { code: "BAD_USER_INPUT" } } : error.toJSON();
    const cause = isOfRequest ? error : (error.originalError ?? error);
    return toClientError(formatted, cause, log, options.isOutage);
  }

  async function connect({ connectionParams, extra }: SocketContext<Params, Peer>): Promise<boolean> {
    const authorization = connectionParams?.["Authorization"] ?? connectionParams?.["authorization"];
    if (authorization === undefined || authorization === null) return true; // anonymous: some of it is for everyone
    if (typeof authorization !== "string") return false;
    try {
      const viewer = await options.verifyViewer(authorization);
      if (viewer !== null) extra.identify({ viewer, authorization });
      return true;
    } catch (error) {
      if (error instanceof GraphQLError && error.extensions["code"] === "UNAUTHENTICATED") return false;
      throw error;
    }
  }

  return {
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: connect,
    onSubscribe: ({ extra, subscriptions }, _id, payload) => {
      const limit = extra.isGateway ? maxSubscriptions.gateway : maxSubscriptions.client;
      if (Object.keys(subscriptions).length > limit) return [rateLimited(1)];
      return prepare(payload, options.schema(), () => options.createContext(extra));
    },
    subscribe: subscribeTraced,
    // graphql-ws sends what is returned here as it is.
    onNext: ({ extra }, _id, _payload, _args, { extensions, ...result }) => ({
      ...result,
      ...(result.errors === undefined ? {} : { errors: result.errors.map(refuse) as unknown as GraphQLError[] }),
      ...(extra.isGateway && extensions !== undefined ? { extensions } : {}), // others do not go on with it
    }),
    onError: (_socket, _id, _payload, errors) => errors.map(refuse),
  };
}

function prepare(
  { query, operationName, variables, extensions }: SubscribePayload,
  schema: GraphQLSchema,
  createContext: () => Context,
): TracedSubscription | readonly GraphQLError[] {
  try {
    const document = parse(query, { maxTokens });
    const problems = validate(schema, document);
    if (problems.length > 0) return problems;
    if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.SUBSCRIPTION) {
      return [badUserInput("This socket takes one subscription at a time. Queries and mutations go to the gateway.")];
    }
    const traceparent = extensions?.["traceparent"];
    return {
      ...{ schema, document, operationName, variableValues: variables, contextValue: createContext() },
      traceparent: typeof traceparent === "string" ? traceparent : undefined,
    };
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** Whether graphql-js itself found it in the request: no field was reached, no code given, and nobody else threw. */
function isFoundInRequest({ path, extensions, originalError }: GraphQLError): boolean {
  const isThrown = originalError !== undefined && !(originalError instanceof GraphQLError);
  return path === undefined && extensions["code"] === undefined && !isThrown;
}
