import { type FastifyReply, type FastifyRequest } from "fastify";
import { sendProblem } from "./problem";
import { type Route } from "./route";
import { statusOf } from "./status";

/** The pipeline that the routes' operations run through: the gateway's, or a subgraph's own. */
export type ExecuteOperation = (request: OperationRequest) => Promise<GraphqlAnswer>;

export interface OperationRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly authorization: string | undefined;
  readonly userAgent: string | undefined;
  readonly address: string;
  readonly signal: AbortSignal;
}

export interface GraphqlAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphqlError[];
}

export interface GraphqlError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The request that a route's operation is run for, given up when its caller leaves. */
export function toOperation(
  { operation: query }: Pick<Route, "operation">,
  { headers, ip: address }: FastifyRequest,
  reply: FastifyReply,
  variables: Readonly<Record<string, unknown>>,
): OperationRequest {
  const disconnected = new AbortController();
  reply.raw.once("close", () => disconnected.abort());
  const { authorization, "user-agent": userAgent } = headers;
  return { query, variables, authorization, userAgent, address, signal: disconnected.signal };
}

/** What was wrong with an operation as a whole, and so with the request. */
export function sendGraphqlError(
  reply: FastifyReply,
  { statuses }: Pick<Route, "statuses">,
  { message, extensions = {} }: GraphqlError,
): FastifyReply {
  const code = typeof extensions["code"] === "string" ? extensions["code"] : "INTERNAL_SERVER_ERROR";
  const { retryAfterSeconds: retry, traceId } = extensions;
  const status = statusOf(code, statuses);
  const retryAfterSeconds = typeof retry === "number" ? retry : status === 503 ? 5 : undefined;
  return sendProblem(reply, { status, code, detail: message, retryAfterSeconds, traceId });
}
