import { STATUS_CODES } from "node:http";
import { currentTraceId } from "@shop/telemetry";
import { type FastifyReply } from "fastify";

export interface ProblemDetails {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly code: string; readonly message: string; readonly path: readonly string[] }[];
  readonly retryAfterSeconds?: number | undefined;
}

/** Sends an error as RFC 9457 has it, with our `code`, `errors` and `traceId`. */
export function sendProblem(reply: FastifyReply, problem: ProblemDetails): FastifyReply {
  const { status, code, detail, errors = [], retryAfterSeconds } = problem;
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
        traceId: currentTraceId(),
      }),
    );
}
