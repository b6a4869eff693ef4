import { serviceCredentialHeader } from "@shop/auth";
import { serviceUnavailable } from "@shop/graphql-errors";
import { type Logger } from "@shop/telemetry";
import { type GraphQLFormattedError } from "graphql";
import { type SubgraphAnswer } from "../execution/subgraph-client";
import { type Subgraphs } from "../execution/subgraphs";
import { endingErrors, toSubscription, type UpstreamRequest } from "./upstream-request";
import { openUpstreamSocket, type UpstreamEnd, type UpstreamSocket } from "./upstream-socket";

export interface UpstreamDeps {
  readonly subgraphs: Pick<Subgraphs, "socketUrl">;
  /** What the gateway proves itself with; undefined where subgraphs ask for no proof. */
  readonly credential: (() => Promise<string>) | undefined;
  readonly timeoutMs: number;
  readonly keepAliveMs: number;
  readonly log: Logger;
}

export interface UpstreamListener {
  /** The subgraph has taken the subscription, for the first time or again. */
  onAcknowledged(): void;
  onEvent(event: SubgraphAnswer): void;
  /** It broke, and is opened again. */
  onLost(): void;
  /** The subscription is over: completed where there are no errors. */
  onEnd(errors: readonly GraphQLFormattedError[]): void;
}

export interface Upstream {
  pause(): void;
  resume(): void;
  /** Asks something else from now on, after the last event where that can resume. */
  reopen(request: UpstreamRequest): void;
  close(): void;
}

const firstDelayMs = 100;
const longestDelayMs = 3_000;
/** How long a subscription that has begun waits for its subgraph to come back before its clients are told. */
const resumeWithinMs = 120_000;

/**
 * Keeps a subscription open at the subgraph that owns it, over that one's restarts: a field that can resume is taken up
 * after its last event, so that none is missed and none comes twice; any other is opened anew.
 */
export function openUpstream(opened: UpstreamRequest, listener: UpstreamListener, deps: UpstreamDeps): Upstream {
  let request = opened;
  let socket: UpstreamSocket | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  let paused = false;
  /** Whether it was ever acknowledged. */
  let begun = false;
  let cursor: string | undefined;
  let delayMs = firstDelayMs;
  let outageSinceMs: number | undefined = Date.now();

  const onEnd = (end: UpstreamEnd): void => {
    socket = undefined;
    if (closed) return;
    if (end.kind === "LOST") {
      onLost(end.closeCode);
    } else {
      closed = true;
      listener.onEnd(endingErrors(end, request));
    }
  };
  const onLost = (closeCode: number): void => {
    const { name } = request.plan.primary.subgraph;
    outageSinceMs ??= Date.now();
    if (Date.now() - outageSinceMs > (begun ? resumeWithinMs : deps.timeoutMs)) {
      closed = true;
      const { message, extensions } = serviceUnavailable(`The ${name} service`);
      listener.onEnd([{ message, extensions: { ...extensions, serviceName: name } }]);
      return;
    }
    deps.log.warn({ subgraph: name, closeCode, delayMs }, "a subscription's upstream was lost");
    // Spread, so that all subscriptions of a subgraph that restarts do not come back in the same instant.
    retry = setTimeout(open, delayMs * (0.5 + Math.random()));
    delayMs = Math.min(delayMs * 2, longestDelayMs);
    listener.onLost();
  };
  const open = (): void => {
    const { subgraph } = request.plan.primary;
    connect(request).catch((error: unknown) => {
      deps.log.error({ err: error, subgraph: subgraph.name }, "a subscription's upstream could not be opened");
      onEnd({ kind: "LOST", closeCode: 0 });
    });
  };
  const connect = async (asked: UpstreamRequest): Promise<void> => {
    const headers: Record<string, string> =
      deps.credential === undefined ? {} : { [serviceCredentialHeader]: await deps.credential() };
    if (closed || asked !== request) return;
    socket = openUpstreamSocket({
      url: deps.subgraphs.socketUrl(asked.plan.primary.subgraph),
      headers,
      authorization: asked.authorization,
      request: toSubscription(asked, cursor),
      timeoutMs: deps.timeoutMs,
      keepAliveMs: deps.keepAliveMs,
      onAcknowledged: () => {
        begun = true;
        outageSinceMs = undefined;
        delayMs = firstDelayMs;
        if (paused) socket?.pause();
        listener.onAcknowledged();
      },
      onEvent: (event) => {
        cursor = asked.plan.resumable?.cursorOf(event) ?? cursor;
        listener.onEvent(event);
      },
      onEnd,
    });
  };
  const disconnect = (): void => {
    clearTimeout(retry);
    socket?.close();
    socket = undefined;
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
    reopen: (next) => {
      request = next;
      disconnect();
      open();
    },
    close: () => {
      closed = true;
      disconnect();
    },
  };
}
