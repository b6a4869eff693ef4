import { randomBytes } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { currentTraceId } from "@shop/telemetry";
import { type FastifyReply } from "fastify";

export interface ProblemDetails {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly code: string; readonly message: string; readonly path: readonly string[] }[];
  readonly retryAfterSeconds?: number | undefined;
  /** What GraphQL told already; else the current trace's, or one of its own where none runs. */
  readonly traceId?: unknown;
}

/** Sends an error as RFC 9457 has it, with our `code`, `errors` and `traceId`. */
export function sendProblem(reply: FastifyReply, problem: ProblemDetails): FastifyReply {
  const { status, code, detail, errors = [], retryAfterSeconds } = problem;
  const traceId = problem.traceId ?? currentTraceId() ?? randomBytes(16).toString("hex");
  if (status === 401) void reply.header("www-authenticate", 'Bearer realm="shop"');
  if (retryAfterSeconds !== undefined) void reply.header("retry-after", retryAfterSeconds);
  return reply
    .code(status)
    .type("application/problem+json")
    .send(
      JSON.stringify({
        type: `urn:shop:problem:${code.toLowerCase().replaceAll("_", "-")}`,
        title: STATUS_CODES[status] ?? "Error",
        status,
        detail,
        code,
        errors,
        traceId,
      }),
    );
}
