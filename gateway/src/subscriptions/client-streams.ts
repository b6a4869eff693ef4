import { type ServerResponse } from "node:http";
import { rateLimited, serviceUnavailable, unauthenticated } from "@shop/graphql-errors";
import { observeLevel } from "@shop/telemetry";
import { type FormatError, formatErrors } from "../client-errors";
import { withStatus } from "../http-status";
import { type Operations, type StartedOperation, type SubmittedOperation } from "../operations";
import { type RequestContext } from "../request-context";
import { type StreamEnd } from "./subscriber";
import { type OnTokenEnd } from "./token-end";
import { type ViewerSlots } from "./viewer-slots";

/** Operations whose answers are responses that stay open: how many there may be, and when they have to end. */
export interface ClientStreams {
  /**
   * Starts an operation for the client of a response. Its events end when the client leaves, and with UNAUTHENTICATED when
   * the viewer's token does.
   * @throws GraphQLError with an HTTP status where there are too many
   */
  start(client: ServerResponse, operation: ClientOperation): Promise<StartedOperation>;
  /** Cuts off clients that do not read, once all operations have ended. */
  close(): void;
}

export interface ClientOperation {
  readonly request: SubmittedOperation;
  readonly context: RequestContext;
  readonly mayMutate: boolean;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
}

export interface ClientStreamsOptions {
  readonly operations: Operations;
  readonly formatError: FormatError;
  readonly onTokenEnd: OnTokenEnd;
  /** For each viewer. */
  readonly slots: ViewerSlots;
  /** For all together. */
  readonly maxStreams: number;
}

export function createClientStreams(options: ClientStreamsOptions): ClientStreams {
  const open = new Set<ServerResponse>();
  const opened = { description: "Event streams of clients that are open", unit: "{stream}" };
  const withdraw = observeLevel("shop.event_streams.open", opened, () => open.size);

  const endInTime = (events: AsyncGenerator<string, StreamEnd>, { context, signal }: ClientOperation): void => {
    const callOff = options.onTokenEnd(context.viewer, () => {
      void events.return({ kind: "FAILED", errors: formatErrors([unauthenticated()], options.formatError) });
    });
    const leave = (): void => {
      callOff();
      void events.return({ kind: "LEFT" });
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  };

  return {
    start: async (client, operation) => {
      const { request, context, mayMutate, signal } = operation;
      if (open.size >= options.maxStreams) throw withStatus(serviceUnavailable("Another event stream"), 503);
      const release = options.slots.take(context);
      if (release === undefined) throw withStatus(rateLimited(5), 429);
      open.add(client);
      client.once("close", () => {
        release();
        open.delete(client);
      });
      const onOverrun = (): void => void client.destroy();
      const started = await options.operations.start(request, { ...context, signal }, { mayMutate, onOverrun });
      if (started.kind === "stream") endInTime(started.events, operation);
      return started;
    },
    close: () => {
      withdraw();
      // The others have been told, or are about to be: their operations have ended.
      for (const client of open) if (client.writableNeedDrain) client.destroy();
    },
  };
}
