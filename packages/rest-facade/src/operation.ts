import { type ServerResponse } from "node:http";
import { type Viewer } from "@shop/auth";
import { type TraceSpan } from "@shop/telemetry";
import { type FastifyReply } from "fastify";
import { sendProblem } from "./problem";
import { type Route } from "./route";
import { statusOf } from "./status";

/** What a route asks of the graph. */
export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Who asks, as their request says it. */
export interface Caller {
  readonly authorization: string | undefined;
  readonly userAgent: string | undefined;
  readonly address: string;
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal;
  /** What the request is part of, where the process traces. */
  readonly span?: TraceSpan | undefined;
}

/**
 * Counts a request against its limits and verifies its token: once, and before anything else of it is read. The way into
 * the pipeline that the routes' operations run through, the gateway's or a subgraph's own.
 */
export type AdmitCaller = (caller: Caller) => Promise<Admission>;
export type Admission =
  ({ readonly ok: true } & AdmittedCaller) | { readonly ok: false; readonly errors: readonly GraphqlError[] };

export interface AdmittedCaller {
  /** Null: nobody is signed in. */
  readonly viewer: Viewer | null;
  execute(operation: Operation): Promise<GraphqlAnswer>;
  /** @param client the response that the events go to */
  subscribe(operation: Operation, client: ServerResponse): Promise<Subscribed>;
}

/**
 * The events end with the errors that ended them, with none where the subscription is over or goes on elsewhere, and at
 * once when the caller leaves.
 */
export type Subscribed =
  | { readonly ok: true; readonly events: AsyncGenerator<GraphqlAnswer, readonly GraphqlError[]> }
  | { readonly ok: false; readonly errors: readonly GraphqlError[] };

/** Subscribes for a caller whose token it verifies by itself. */
export type SubscribeOperation = (request: Operation & Caller, client: ServerResponse) => Promise<Subscribed>;

export interface GraphqlAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphqlError[];
}

export interface GraphqlError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
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
