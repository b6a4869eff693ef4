import { type OutgoingHttpHeaders } from "node:http";
import { writeStream } from "@shop/event-streams";
import { serviceUnavailable } from "@shop/graphql-errors";
import { type Logger } from "@shop/telemetry";
import { type FastifyReply } from "fastify";
import { type FormatError, formatErrors } from "../client-errors";
import { type StartedOperation, type SubmittedOperation } from "../operations";
import { type RequestContext } from "../request-context";
import { type ClientStreams } from "./client-streams";
import { type StreamFormat } from "./stream-format";
import { type StreamEnd } from "./subscriber";

/** Operations answered by an HTTP response that stays open. */
export interface HttpStreams {
  /**
   * Answers one operation, and resolves when nothing more is to come.
   * @throws GraphQLError with an HTTP status where there are too many streams
   */
  serve(reply: FastifyReply, format: StreamFormat, request: SubmittedOperation, context: RequestContext): Promise<void>;
}

export interface HttpStreamsOptions {
  readonly clientStreams: ClientStreams;
  readonly formatError: FormatError;
  readonly keepAliveMs: number;
  readonly log: Logger;
}

type AnsweredAtOnce = Exclude<StartedOperation, { kind: "stream" }>;

export function createHttpStreams({ clientStreams, formatError, keepAliveMs, log }: HttpStreamsOptions): HttpStreams {
  const lastOf = (end: StreamEnd, { completed, failed, stopped }: StreamFormat): string => {
    switch (end.kind) {
      case "COMPLETED":
        return completed;
      case "FAILED":
        return failed(end.errors);
      case "STOPPED":
        return stopped(formatErrors([serviceUnavailable("This instance", 1)], formatError));
      case "LEFT":
        return "";
    }
  };

  return {
    serve: async (reply, format, request, context) => {
      const client = reply.raw;
      if (client.destroyed) return; // its `close` will not come again, to give back what would be taken here
      const gone = new AbortController();
      client.once("close", () => gone.abort());
      const { signal } = gone;
      const mayMutate = reply.request.method !== "GET";
      const started = await clientStreams.start(client, { request, context, mayMutate, signal });
      if (started.kind !== "stream" && !format.isForEverything) {
        const { status, body } = plainAnswer(started);
        await reply.code(status).send(body);
        return;
      }
      const texts = textsOf(started.kind === "stream" ? started.events : eventsOf(started), format);
      reply.hijack();
      const framing = { ...format, heartbeatMs: Math.min(format.heartbeatMs, keepAliveMs) };
      const headers = reply.getHeaders() as OutgoingHttpHeaders;
      try {
        client.end(lastOf(await writeStream(client, texts, { framing, headers, signal }), format));
      } catch (error) {
        log.error({ err: error }, "an event stream failed");
        client.destroy();
      }
    },
  };
}

async function* textsOf(
  events: AsyncGenerator<string, StreamEnd>,
  { next }: StreamFormat,
): AsyncGenerator<string, StreamEnd> {
  for (;;) {
    const step = await events.next();
    if (step.done === true) return step.value;
    yield next(step.value);
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- what is there already, in the shape of a stream
async function* eventsOf(started: AnsweredAtOnce): AsyncGenerator<string, StreamEnd> {
  if (started.kind === "refused") return { kind: "FAILED", errors: started.errors };
  yield JSON.stringify(started.result);
  return { kind: "COMPLETED" };
}

function plainAnswer(started: AnsweredAtOnce) {
  return started.kind === "single"
    ? { status: 200, body: started.result }
    : { status: started.status, body: { errors: started.errors } };
}
