import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { type z } from "zod";
import { sendProblem } from "./problem";
import { type RestAnswer, type Route, type RouteInput } from "./route";
import { statusOf } from "./status";

/** The pipeline that the routes' operations run through: the gateway's, or a subgraph's own. */
export type ExecuteOperation = (request: {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly authorization: string | undefined;
  readonly userAgent: string | undefined;
  readonly address: string;
  readonly signal: AbortSignal;
}) => Promise<GraphqlAnswer>;

interface GraphqlAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

/** Serves each route by its operation, with no rule and no store of its own. */
export function serveRoutes(app: FastifyInstance, routes: readonly Route[], execute: ExecuteOperation): void {
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path.replaceAll(/\{(\w+)\}/g, ":$1"),
      errorHandler: (error, _request, reply) => void sendUnreadable(reply, error),
      handler: async (request, reply) => {
        const parsed = parseInput(route, request);
        if (!parsed.ok) return sendProblem(reply, parsed.problem);
        const disconnected = new AbortController();
        reply.raw.once("close", () => disconnected.abort());
        const { data, errors } = await execute({
          query: route.operation,
          variables: route.variables(parsed.input),
          authorization: request.headers.authorization,
          userAgent: request.headers["user-agent"],
          address: request.ip,
          signal: disconnected.signal,
        });
        const [error] = errors ?? [];
        if (error !== undefined) return sendGraphqlError(reply, route, error);
        return sendAnswer(request, reply, route, route.answer(data ?? {}));
      },
    });
  }
}

type Problem = Parameters<typeof sendProblem>[1];

function parseInput(
  route: Route,
  request: FastifyRequest,
): { ok: true; input: RouteInput } | { ok: false; problem: Problem } {
  const query = route.query.safeParse(request.query);
  if (!query.success) return { ok: false, problem: invalid(400, "BAD_USER_INPUT", "query", query.error) };
  const body = route.body?.safeParse(request.body ?? {});
  if (body?.success === false) return { ok: false, problem: invalid(422, "INVALID_INPUT", "body", body.error) };
  const key = request.headers["idempotency-key"];
  const idempotencyKey = typeof key === "string" ? key : "";
  if (route.idempotent && (idempotencyKey === "" || idempotencyKey.length > 128)) {
    const detail = "The header Idempotency-Key is required: 1 to 128 characters of your choice.";
    return { ok: false, problem: { status: 400, code: "BAD_USER_INPUT", detail } };
  }
  const path = request.params as Record<string, string>;
  return { ok: true, input: { path, query: query.data, body: body?.data, idempotencyKey } };
}

function invalid(status: number, code: string, where: string, error: z.ZodError): Problem {
  return {
    status,
    code,
    detail: `The ${where} does not fit: see errors.`,
    errors: error.issues.map(({ path, message }) => ({ code, message, path: [where, ...path.map(String)] })),
  };
}

/** @throws the error, where it is not the client's */
function sendUnreadable(reply: FastifyReply, error: FastifyError): FastifyReply {
  const { statusCode: status = 500 } = error;
  if (status >= 500) throw error;
  const detail = status === 413 ? "The body of this request is too large." : "Send JSON in UTF-8, not compressed.";
  return sendProblem(reply, { status, code: "BAD_REQUEST", detail });
}

function sendGraphqlError(
  reply: FastifyReply,
  route: Route,
  { message, extensions = {} }: { message: string; extensions?: Readonly<Record<string, unknown>> },
): FastifyReply {
  const code = typeof extensions["code"] === "string" ? extensions["code"] : "INTERNAL_SERVER_ERROR";
  const { retryAfterSeconds: retry, traceId } = extensions;
  const status = statusOf(code, route.statuses);
  const retryAfterSeconds = typeof retry === "number" ? retry : status === 503 ? 5 : undefined;
  return sendProblem(reply, { status, code, detail: message, retryAfterSeconds, traceId });
}

function sendAnswer(request: FastifyRequest, reply: FastifyReply, route: Route, answer: RestAnswer): FastifyReply {
  switch (answer.kind) {
    case "missing":
      return sendProblem(reply, { status: 404, code: "NOT_FOUND", detail: "There is no such thing, or none for you." });
    case "refused": {
      const code = answer.errors[0]?.code ?? "INVALID_INPUT";
      const detail = answer.errors.map(({ message }) => message).join(" ");
      return sendProblem(reply, { status: statusOf(code, route.statuses), code, detail, errors: answer.errors });
    }
    case "page": {
      const { items, nextCursor, more } = answer;
      if (nextCursor !== null) void reply.header("link", `<${nextPage(request, nextCursor)}>; rel="next"`);
      return reply
        .code(route.ok)
        .header("vary", "Origin, Authorization")
        .send({ items, nextCursor, ...more });
    }
    case "body": {
      const status = answer.status ?? route.ok;
      if (status === 204) return reply.code(204).send();
      return reply.code(status).header("vary", "Origin, Authorization").send(answer.body);
    }
  }
}

function nextPage(request: FastifyRequest, cursor: string): string {
  const url = new URL(request.url, "http://shop");
  url.searchParams.set("after", cursor);
  return `${url.pathname}${url.search}`;
}
