import { type OutgoingHttpHeaders } from "node:http";
import { type StreamFraming, writeStream } from "@shop/event-streams";
import { type FastifyReply, type FastifyRequest } from "fastify";
import { admittedOf } from "./admission";
import { accepts } from "./negotiation";
import { type GraphqlAnswer, type GraphqlError, sendGraphqlError } from "./operation";
import { sendProblem } from "./problem";
import { readRequest } from "./read-request";
import { type Route } from "./route";

const contentType = "text/event-stream";
const framing: StreamFraming = {
  contentType: `${contentType}; charset=utf-8`,
  opening: "retry: 3000\n\n",
  heartbeat: ":\n\n",
  heartbeatMs: 12_000,
};

/**
 * Serves a subscription as server-sent events: each has the cursor as its `id`, which browsers send again as
 * Last-Event-ID, and the thing as JSON. What ends a stream is an event named `problem`. Where the cursor is no good any
 * more that clears the id as well: whoever comes back begins with what is new, and has been told to read the list anew.
 */
export function serveStream(route: Route) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (!accepts(request.headers.accept, contentType)) {
      return sendProblem(reply, {
        status: 406,
        code: "BAD_REQUEST",
        detail: `This is a stream: accept ${contentType}.`,
      });
    }
    const read = readRequest(route, request);
    if (!read.ok) return sendProblem(reply, read.problem);
    const operation = { query: route.operation, variables: route.variables(read.value) };
    const caller = admittedOf(request);
    const subscribed = await caller.subscribe(operation, reply.raw);
    if (!subscribed.ok && !subscribed.errors.some(isOfPlace)) {
      return sendGraphqlError(reply, route, subscribed.errors[0] ?? { message: "This cannot be subscribed to." });
    }
    const texts = subscribed.ok ? textsOf(route, subscribed.events) : refusal(subscribed.errors);
    reply.hijack();
    const headers = reply.getHeaders() as OutgoingHttpHeaders;
    try {
      const errors = await writeStream(reply.raw, texts, { framing, headers, signal: caller.signal });
      reply.raw.end(errors.map(problemEvent).join(""));
    } catch (error) {
      reply.raw.destroy(); // nobody else ends a response that was hijacked
      throw error;
    }
    return reply;
  };
}

async function* textsOf(
  route: Route,
  events: AsyncGenerator<GraphqlAnswer, readonly GraphqlError[]>,
): AsyncGenerator<string, readonly GraphqlError[]> {
  for (;;) {
    const { done, value } = await events.next();
    if (done === true) return value;
    const { data, errors = [] } = value;
    const answer = route.answer.read(data ?? {});
    yield answer.kind === "body" ? event(answer.body) : errors.map(problemEvent).join("");
  }
}

function event(body: unknown): string {
  const { cursor } = body as { cursor?: unknown };
  return `${typeof cursor === "string" ? `id: ${cursor}\n` : ""}data: ${JSON.stringify(body)}\n\n`;
}

/** Whether it is the cursor that is wrong. Told in the stream wherever it is found: some hosts find it later than others. */
function isOfPlace({ extensions: { code } = {} }: GraphqlError): boolean {
  return code === "CURSOR_EXPIRED" || code === "BAD_USER_INPUT";
}

// eslint-disable-next-line @typescript-eslint/require-await, require-yield -- a stream without events
async function* refusal(errors: readonly GraphqlError[]): AsyncGenerator<string, readonly GraphqlError[]> {
  return errors;
}

function problemEvent(error: GraphqlError): string {
  const { message: detail, extensions: { code, traceId } = {} } = error;
  return `${isOfPlace(error) ? "id\n" : ""}event: problem\ndata: ${JSON.stringify({ code, detail, traceId })}\n\n`;
}
