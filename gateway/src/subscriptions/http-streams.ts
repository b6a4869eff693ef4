import { once } from "node:events";
import { type ServerResponse } from "node:http";
import { rateLimited, serviceUnavailable, unauthenticated } from "@shop/graphql-errors";
import { inSpan, type Logger } from "@shop/telemetry";
import { type FastifyReply } from "fastify";
import { type GraphQLError, type GraphQLFormattedError } from "graphql";
import { type FormatError, formatErrors } from "../client-errors";
import { withStatus } from "../http-status";
import { type Operations, type StartedOperation, type SubmittedOperation } from "../operations";
import { type RequestContext } from "../request-context";
import { type StreamFormat } from "./stream-format";
import { type StreamEnd } from "./subscriber";
import { type OnTokenEnd } from "./token-end";
import { type ViewerSlots } from "./viewer-slots";

/** Operations answered by an HTTP response that stays open. */
export interface HttpStreams {
  /**
   * Answers one operation, and resolves when nothing more is to come.
   * @throws GraphQLError with an HTTP status where there are too many streams
   */
  serve(reply: FastifyReply, format: StreamFormat, request: SubmittedOperation, context: RequestContext): Promise<void>;
  /** Cuts off clients that do not read, once all operations have ended. */
  close(): void;
}

export interface HttpStreamsOptions {
  readonly operations: Operations;
  readonly formatError: FormatError;
  readonly onTokenEnd: OnTokenEnd;
  readonly slots: ViewerSlots;
  readonly maxStreams: number;
  readonly keepAliveMs: number;
  readonly log: Logger;
}

type StreamContext = RequestContext & { readonly signal: AbortSignal };

export function createHttpStreams(options: HttpStreamsOptions): HttpStreams {
  const open = new Set<ServerResponse>();
  const tell = (error: GraphQLError): GraphQLFormattedError[] => formatErrors([error], options.formatError);

  const begin = (reply: FastifyReply, { contentType, opening }: StreamFormat): ServerResponse => {
    reply.hijack();
    const stream = reply.raw;
    open.add(stream);
    stream.once("close", () => open.delete(stream));
    stream.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      "content-type": contentType,
      "cache-control": "private, no-store, no-transform",
      "x-accel-buffering": "no", // proxies would hold events back until they have a bufferful
    });
    stream.write(opening);
    return stream;
  };
  const write = async (
    stream: ServerResponse,
    format: StreamFormat,
    events: AsyncGenerator<string, StreamEnd>,
    { signal, viewer }: StreamContext,
  ): Promise<void> => {
    const heartbeat = beat(stream, format, options.keepAliveMs);
    const expired = new AbortController();
    const callOff = options.onTokenEnd(viewer, () => expired.abort());
    const leave = (): void => void events.return({ kind: "LEFT" });
    for (const reason of [signal, expired.signal]) {
      if (reason.aborted) leave();
      reason.addEventListener("abort", leave, { once: true });
    }
    const end = await writeAll(stream, format, events, signal).finally(() => {
      callOff();
      clearInterval(heartbeat);
    });
    stream.end(expired.signal.aborted ? format.failed(tell(unauthenticated())) : lastOf(end, format));
  };
  const lastOf = (end: StreamEnd, { completed, failed, stopped }: StreamFormat): string => {
    switch (end.kind) {
      case "COMPLETED":
        return completed;
      case "FAILED":
        return failed(end.errors);
      case "STOPPED":
        return stopped(tell(serviceUnavailable("This instance", 1)));
      case "LEFT":
        return "";
    }
  };

  return {
    serve: async (reply, format, request, context) => {
      if (reply.raw.destroyed) return; // its `close` will not come again, to give back what is taken here
      if (open.size >= options.maxStreams) throw withStatus(serviceUnavailable("Another event stream"), 503);
      const release = options.slots.take(context);
      if (release === undefined) throw withStatus(rateLimited(5), 429);
      const gone = new AbortController();
      reply.raw.once("close", () => {
        release();
        gone.abort();
      });
      const ownContext = { ...context, signal: gone.signal };
      const started = await inSpan("event stream operation", {}, () =>
        options.operations.start(request, ownContext, {
          mayMutate: reply.request.method !== "GET",
          onOverrun: () => reply.raw.destroy(),
        }),
      );
      const events = started.kind === "stream" ? started.events : eventsOf(started);
      if (gone.signal.aborted) {
        await events.return({ kind: "LEFT" });
        return;
      }
      if (started.kind !== "stream" && !format.isForEverything) {
        const { status, body } = plainAnswer(started);
        await reply.code(status).send(body);
        return;
      }
      const stream = begin(reply, format);
      try {
        await write(stream, format, events, ownContext);
      } catch (error) {
        options.log.error({ err: error }, "an event stream failed");
        stream.destroy();
      }
    },
    close: () => {
      // The others have been told, or are about to be: their operations have ended.
      for (const stream of open) if (stream.writableNeedDrain) stream.destroy();
    },
  };
}

/** Writes each result when there is room for it. @returns how the operation ended */
async function writeAll(
  stream: ServerResponse,
  format: StreamFormat,
  events: AsyncGenerator<string, StreamEnd>,
  signal: AbortSignal,
): Promise<StreamEnd> {
  for (;;) {
    const step = await events.next();
    if (step.done === true) return step.value;
    if (!stream.write(format.next(step.value))) await once(stream, "drain", { signal }).catch(() => undefined);
  }
}

/** Keeps proxies from giving up on a silent stream, and ends a client that has made no room from one beat to the next. */
function beat(stream: ServerResponse, format: StreamFormat, keepAliveMs: number): NodeJS.Timeout {
  let isStuck = false;
  stream.on("drain", () => {
    isStuck = false;
  });
  const onBeat = (): void => {
    if (isStuck) return void stream.destroy();
    isStuck = stream.writableNeedDrain;
    if (!isStuck) stream.write(format.heartbeat);
  };
  return setInterval(onBeat, Math.min(format.heartbeatMs, keepAliveMs));
}

// eslint-disable-next-line @typescript-eslint/require-await -- what is there already, in the shape of a stream
async function* eventsOf(started: Exclude<StartedOperation, { kind: "stream" }>): AsyncGenerator<string, StreamEnd> {
  if (started.kind === "refused") return { kind: "FAILED", errors: started.errors };
  yield JSON.stringify(started.result);
  return { kind: "COMPLETED" };
}

function plainAnswer(started: Exclude<StartedOperation, { kind: "stream" }>) {
  return started.kind === "single"
    ? { status: 200, body: started.result }
    : { status: started.status, body: { errors: started.errors } };
}
