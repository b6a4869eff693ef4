import { beginSpan, type Logger } from "@shop/telemetry";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { CloseCode, type SubscribePayload } from "graphql-ws";
import { type FormatError, formatErrors } from "../client-errors";
import { type Operations } from "../operations";
import { type RequestContext } from "../request-context";
import { type SocketWriter } from "./socket-writer";
import { type StreamEnd } from "./subscriber";
import { traceparentOf } from "./traceparent";

/** What the socket has to tell after an operation's last result. */
export type OperationEnd =
  | { readonly kind: "COMPLETED" }
  | { readonly kind: "FAILED"; readonly errors: readonly GraphQLFormattedError[] }
  | { readonly kind: "CLOSE"; readonly code: number; readonly reason: string }
  | { readonly kind: "SILENT" };

/** Runs one operation and sends its results, until it has ended or `context.signal` aborts; never rejects. */
export type StartSocketOperation = (
  id: string,
  payload: SubscribePayload,
  context: RequestContext & { readonly signal: AbortSignal },
) => Promise<OperationEnd>;

export interface SocketOperationOptions {
  readonly writer: SocketWriter;
  readonly operations: Operations;
  /** Counts an operation. @throws RATE_LIMITED */
  readonly admit: (context: RequestContext) => Promise<void>;
  readonly formatError: FormatError;
  readonly log: Logger;
}

export function createSocketOperations(options: SocketOperationOptions): StartSocketOperation {
  const { writer, operations } = options;

  const run: StartSocketOperation = async (id, { query, operationName, variables, extensions }, context) => {
    const { signal } = context;
    await options.admit(context);
    if (hasLeft(signal)) return { kind: "SILENT" };
    const traceparent = traceparentOf(extensions) ?? context.span?.traceparent;
    const span = beginSpan("websocket operation", { kind: "SERVER", traceparent });
    const submitted = { query, operationName, variables, extensions };
    const started = await operations
      .start(submitted, { ...context, span }, { mayMutate: true, onOverrun: writer.cutOff })
      .finally(() => span?.end());
    if (started.kind === "refused") return { kind: "FAILED", errors: started.errors };
    const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    if (started.kind === "single") {
      if (!hasLeft(signal)) await writer.push(`${head}${JSON.stringify(started.result)}}`);
      return { kind: "COMPLETED" };
    }
    const { events } = started;
    const leave = (): void => void events.return({ kind: "LEFT" });
    if (hasLeft(signal)) leave();
    signal.addEventListener("abort", leave, { once: true });
    for (;;) {
      const step = await events.next();
      if (step.done === true) return toOperationEnd(step.value, context);
      const room = writer.push(`${head}${step.value}}`);
      if (room !== undefined) await room;
    }
  };

  return async (id, payload, context) => {
    try {
      return await run(id, payload, context);
    } catch (error) {
      if (error instanceof GraphQLError) return { kind: "FAILED", errors: formatErrors([error], options.formatError) };
      options.log.error({ err: error }, "an operation on a socket failed");
      return { kind: "CLOSE", code: CloseCode.InternalServerError, reason: "Internal server error" };
    }
  };
}

/** A function, since that may have changed while something was awaited. */
function hasLeft(signal: AbortSignal): boolean {
  return signal.aborted;
}

function toOperationEnd(end: StreamEnd, { authorization }: RequestContext): OperationEnd {
  switch (end.kind) {
    case "COMPLETED":
      return end;
    case "FAILED":
      // The subgraph found a token to have ended before its time was over: with another one the client can go on.
      return authorization !== undefined &&
        end.errors.some(({ extensions }) => extensions?.["code"] === "UNAUTHENTICATED")
        ? { kind: "CLOSE", code: CloseCode.Forbidden, reason: "Forbidden" }
        : end;
    case "STOPPED":
    case "LEFT":
      return { kind: "SILENT" };
  }
}
