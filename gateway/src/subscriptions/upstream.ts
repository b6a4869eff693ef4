import { serviceCredentialHeader } from "@shop/auth";
import { serviceUnavailable, unauthenticated } from "@shop/graphql-errors";
import { type Logger } from "@shop/telemetry";
import { type GraphQLFormattedError } from "graphql";
import { readSubgraphErrors } from "../execution/subgraph-errors";
import { type SubgraphAnswer, type SubgraphRequest } from "../execution/subgraph-client";
import { type Subgraphs } from "../execution/subgraphs";
import { type EventRequest } from "./run-event";
import { openUpstreamSocket, type UpstreamEnd, type UpstreamSocket } from "./upstream-socket";

export interface UpstreamDeps {
  readonly subgraphs: Subgraphs;
  /** What the gateway proves itself with; undefined where subgraphs ask for no proof. */
  readonly credential: (() => Promise<string>) | undefined;
  readonly timeoutMs: number;
  readonly keepAliveMs: number;
  readonly log: Logger;
}

export interface UpstreamListener {
  onEvent(event: SubgraphAnswer): void;
  /** The subscription is over: completed where there are no errors. */
  onEnd(errors: readonly GraphQLFormattedError[]): void;
}

export interface Upstream {
  pause(): void;
  resume(): void;
  close(): void;
}

const firstDelayMs = 100;
const longestDelayMs = 3_000;
/** How long a subscription that has begun waits for its subgraph to come back before its client is told. */
const resumeWithinMs = 120_000;

/**
 * Keeps a subscription open at the subgraph that owns it, over that one's restarts: a field that can resume is taken up
 * after its last event, so that none is missed and none comes twice; any other is opened anew.
 */
export function openUpstream(request: EventRequest, listener: UpstreamListener, deps: UpstreamDeps): Upstream {
  const { primary } = request.plan;
  let socket: UpstreamSocket | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  let paused = false;
  /** Whether it was ever acknowledged. */
  let begun = false;
  let cursor: string | undefined;
  let delayMs = firstDelayMs;
  let outageSinceMs: number | undefined = Date.now();

  const onEvent = (event: SubgraphAnswer): void => {
    cursor = request.plan.resumable?.cursorOf(event) ?? cursor;
    listener.onEvent(event);
  };
  const onEnd = (end: UpstreamEnd): void => {
    socket = undefined;
    if (closed) return;
    if (end.kind === "LOST") {
      onLost(end.closeCode);
    } else {
      closed = true;
      listener.onEnd(errorsOf(end, request));
    }
  };
  const onLost = (closeCode: number): void => {
    outageSinceMs ??= Date.now();
    if (Date.now() - outageSinceMs > (begun ? resumeWithinMs : deps.timeoutMs)) {
      closed = true;
      const { message, extensions } = serviceUnavailable(`The ${primary.subgraph.name} service`);
      listener.onEnd([{ message, extensions: { ...extensions, serviceName: primary.subgraph.name } }]);
      return;
    }
    deps.log.warn({ subgraph: primary.subgraph.name, closeCode, delayMs }, "a subscription's upstream was lost");
    // Spread, so that all subscriptions of a subgraph that restarts do not come back in the same instant.
    retry = setTimeout(open, delayMs * (0.5 + Math.random()));
    delayMs = Math.min(delayMs * 2, longestDelayMs);
  };
  const open = (): void =>
    void connect().catch((error: unknown) => {
      deps.log.error({ err: error, subgraph: primary.subgraph.name }, "a subscription's upstream could not be opened");
      onEnd({ kind: "LOST", closeCode: 0 });
    });
  const connect = async (): Promise<void> => {
    const headers: Record<string, string> =
      deps.credential === undefined ? {} : { [serviceCredentialHeader]: await deps.credential() };
    if (closed) return;
    socket = openUpstreamSocket({
      url: deps.subgraphs.socketUrl(primary.subgraph),
      headers,
      authorization: request.context.authorization,
      request: upstreamRequest(request, cursor),
      timeoutMs: deps.timeoutMs,
      keepAliveMs: deps.keepAliveMs,
      onAcknowledged: () => {
        begun = true;
        outageSinceMs = undefined;
        delayMs = firstDelayMs;
        if (paused) socket?.pause();
      },
      onEvent,
      onEnd,
    });
  };
  open();

  return {
    pause: () => {
      paused = true;
      socket?.pause();
    },
    resume: () => {
      paused = false;
      socket?.resume();
    },
    close: () => {
      closed = true;
      clearTimeout(retry);
      socket?.close();
    },
  };
}

function upstreamRequest({ plan, variables }: EventRequest, cursor: string | undefined): SubgraphRequest {
  const { primary, resumable } = plan;
  const own = Object.fromEntries(
    primary.variableNames.filter((name) => variables[name] !== undefined).map((name) => [name, variables[name]]),
  );
  if (resumable === undefined) return { query: primary.operation, variables: own };
  return cursor === undefined
    ? { query: resumable.operation, variables: own }
    : { query: resumable.resumeOperation, variables: { ...own, ...resumable.resumeVariables(cursor) } };
}

function errorsOf(end: Exclude<UpstreamEnd, { kind: "LOST" }>, { plan }: EventRequest): GraphQLFormattedError[] {
  const { name } = plan.primary.subgraph;
  switch (end.kind) {
    case "COMPLETED":
      return [];
    case "UNAUTHENTICATED": {
      const { message, extensions } = unauthenticated();
      return [{ message, extensions }];
    }
    case "REFUSED":
      return (readSubgraphErrors(name, { errors: end.errors }, plan.primary.operation) ?? []).map((error) => ({
        ...error,
        extensions: { ...error.extensions, serviceName: name },
      }));
  }
}
