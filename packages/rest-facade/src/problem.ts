import { randomBytes } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { spanOf } from "@shop/telemetry";
import { type FastifyReply } from "fastify";
import { type UserError } from "./graphql-data";

export interface ProblemDetails {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly UserError[];
  readonly retryAfterSeconds?: number | undefined;
  /** What GraphQL told already; else the request's, or one of its own where none runs. */
  readonly traceId?: unknown;
}

export const problemType = "application/problem+json";

/** Sends an error as RFC 9457 has it, with our `code`, `errors` and `traceId`. */
export function sendProblem(reply: FastifyReply, problem: ProblemDetails): FastifyReply {
  const { status, code, detail, errors = [], retryAfterSeconds } = problem;
  const traceId = problem.traceId ?? spanOf(reply.request.raw)?.traceId ?? randomBytes(16).toString("hex");
  if (status === 401) void reply.header("www-authenticate", challengeOf(reply.request.headers.authorization));
  if (retryAfterSeconds !== undefined) void reply.header("retry-after", retryAfterSeconds);
  const type = `urn:shop:problem:${code.toLowerCase().replaceAll("_", "-")}`;
  const title = STATUS_CODES[status] ?? "Error";
  return reply
    .code(status)
    .type(problemType)
    .header("cache-control", "no-store")
    .send(JSON.stringify({ type, title, status, detail, code, errors, traceId }));
}

/** RFC 6750: what is asked for, and whether what came is no good. */
function challengeOf(authorization: string | undefined): string {
  return authorization === undefined ? 'Bearer realm="shop"' : 'Bearer realm="shop", error="invalid_token"';
}

const unreadable: Readonly<Record<number, string>> = {
  400: "This request cannot be read: send JSON in UTF-8.",
  413: "The body of this request is too large: 1 MB is the most.",
  415: "Send JSON in UTF-8, with the content type application/json and not compressed.",
};

/** Answers a request that never got as far as its route. */
export function sendUnreadable(reply: FastifyReply, status: number): FastifyReply {
  const detail = unreadable[status] ?? "This request cannot be read.";
  return sendProblem(reply, { status, code: "BAD_REQUEST", detail });
}
