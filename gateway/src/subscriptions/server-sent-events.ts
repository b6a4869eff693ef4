import { once } from "node:events";
import { type ServerResponse } from "node:http";
import { unauthenticated } from "@shop/graphql-errors";
import { inSpan, type Logger } from "@shop/telemetry";
import { type FastifyReply } from "fastify";
import { type FormattedExecutionResult } from "graphql";
import { type FormatError, formatErrors } from "../client-errors";
import { type OperationRequest, type Operations, type StartedOperation } from "../operations";
import { type RequestContext } from "../request-context";
import { msUntilExpiry } from "./token-expiry";

export interface EventStreams {
  readonly full: boolean;
  /**
   * Answers one operation as an event stream (graphql-sse, distinct connections): what is wrong with the operation is
   * told in the stream too, since browsers do not show the body of a refused one.
   */
  serve(reply: FastifyReply, request: OperationRequest, context: RequestContext): Promise<void>;
  /** Ends every stream without `complete`, so that clients come back, to another instance. */
  close(): void;
}

export interface EventStreamsOptions {
  readonly operations: Operations;
  readonly formatError: FormatError;
  readonly maxStreams: number;
  readonly keepAliveMs: number;
  readonly log: Logger;
}

const comment = ":\n\n";
const complete = "event: complete\ndata:\n\n";
const next = (result: FormattedExecutionResult): string => `event: next\ndata: ${JSON.stringify(result)}\n\n`;

export function createEventStreams(options: EventStreamsOptions): EventStreams {
  const open = new Set<ServerResponse>();
  const expired = (): string => next({ errors: formatErrors([unauthenticated()], options.formatError) });

  const serve = async (stream: ServerResponse, request: OperationRequest, context: RequestContext): Promise<void> => {
    const closed = new AbortController();
    stream.once("close", () => closed.abort());
    const heartbeat = beat(stream, options.keepAliveMs);
    const started = await inSpan("event stream operation", {}, () =>
      options.operations.start(request, { ...context, signal: closed.signal }),
    );
    const events = eventsOf(started);
    const stop = (): void => void events.return(undefined);
    closed.signal.addEventListener("abort", stop);
    if (closed.signal.aborted) stop();

    const expiry = new AbortController();
    const lifetimeMs = msUntilExpiry(context.viewer);
    const timer = lifetimeMs === undefined ? undefined : setTimeout(() => expiry.abort(), lifetimeMs);
    expiry.signal.addEventListener("abort", stop);

    for await (const result of events) {
      if (!stream.write(next(result))) await once(stream, "drain", { signal: closed.signal }).catch(() => undefined);
    }
    clearTimeout(timer);
    clearInterval(heartbeat);
    stream.end(expiry.signal.aborted ? expired() + complete : complete);
  };

  return {
    get full() {
      return open.size >= options.maxStreams;
    },
    serve: async (reply, request, context) => {
      reply.hijack();
      const stream = reply.raw;
      open.add(stream);
      stream.once("close", () => open.delete(stream));
      stream.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no", // proxies would hold events back until they have a bufferful
      });
      stream.write(comment);
      try {
        await serve(stream, request, context);
      } catch (error) {
        options.log.error({ err: error }, "an event stream failed");
        stream.destroy();
      }
    },
    close: () => {
      for (const stream of open) stream.end();
    },
  };
}

/** Keeps proxies from giving up on a silent stream, and ends a client that has read nothing between two beats. */
function beat(stream: ServerResponse, intervalMs: number): NodeJS.Timeout {
  let draining = false;
  const heartbeat = setInterval(() => {
    if (draining && stream.writableNeedDrain) return void stream.destroy();
    draining = stream.writableNeedDrain;
    if (!draining) stream.write(comment);
  }, intervalMs);
  stream.once("close", () => clearInterval(heartbeat));
  return heartbeat;
}

function eventsOf(started: StartedOperation): AsyncGenerator<FormattedExecutionResult> {
  switch (started.kind) {
    case "refused":
      return only({ errors: started.errors });
    case "single":
      return only(started.result);
    case "stream":
      return started.events;
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- one value, in the shape of a stream
async function* only(result: FormattedExecutionResult): AsyncGenerator<FormattedExecutionResult> {
  yield result;
}
