import { type ServiceCredentialFor, serviceCredentialHeader } from "@shop/auth";
import { serviceUnavailable } from "@shop/graphql-errors";
import { type Logger, type TraceSpan } from "@shop/telemetry";
import { type GraphQLFormattedError } from "graphql";
import { type SubgraphAnswer } from "../execution/subgraph-client";
import { type Subgraphs } from "../execution/subgraphs";
import { endingErrors, toHeadQuery, toSubscription, type UpstreamRequest } from "./upstream-request";
import { openUpstreamSocket, type UpstreamEnd, type UpstreamSocket } from "./upstream-socket";

export interface UpstreamDeps {
  readonly subgraphs: Pick<Subgraphs, "socketUrl" | "clientOf">;
  /** What the gateway proves itself with; undefined where subgraphs ask for no proof. */
  readonly credentialFor: ServiceCredentialFor | undefined;
  readonly timeoutMs: number;
  readonly keepAliveMs: number;
  readonly log: Logger;
}

export interface UpstreamListener {
  /** It is known now which cursor "from now" is; before the first event. */
  onStart(cursor: string): void;
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
 *
 * One that begins "from now" asks first which cursor now is, so that it can also be taken up before its first event. Where
 * the schema names no `head` to ask for, and only there, what happens between a break before the first event and the
 * return is missed: there is no cursor to go on from, and only the subgraph can make one.
 * @param span what it is first opened in; what happens to it later is no part of that
 */
export function openUpstream(
  opened: UpstreamRequest,
  listener: UpstreamListener,
  deps: UpstreamDeps,
  span?: TraceSpan,
): Upstream {
  let request = opened;
  let socket: UpstreamSocket | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  let paused = false;
  /** Whether it was ever acknowledged. */
  let begun = false;
  let cursor: string | undefined;
  let openingSpan = span;
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
    const credential = await deps.credentialFor?.(asked.plan.primary.subgraph.name);
    const headers: Record<string, string> = credential === undefined ? {} : { [serviceCredentialHeader]: credential };
    const found = cursor !== undefined || asked.start !== undefined || (await findStart(asked));
    if (closed || asked !== request) return;
    if (!found) {
      onEnd({ kind: "LOST", closeCode: 0 });
      return;
    }
    socket = openUpstreamSocket({
      url: deps.subgraphs.socketUrl(asked.plan.primary.subgraph),
      headers,
      authorization: asked.authorization,
      request: { ...toSubscription(asked, cursor), ...toExtensions(openingSpan) },
      timeoutMs: deps.timeoutMs,
      keepAliveMs: deps.keepAliveMs,
      onAcknowledged: () => {
        begun = true;
        outageSinceMs = undefined;
        openingSpan = undefined;
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
  /** @returns false where the subgraph does not answer */
  const findStart = async (asked: UpstreamRequest): Promise<boolean> => {
    const body = toHeadQuery(asked);
    if (body === undefined) return true;
    const { authorization } = asked;
    const nobody = { viewer: null, userAgent: undefined, address: undefined, signal: undefined };
    const context = { ...nobody, authorization, span: openingSpan };
    const outcome = await deps.subgraphs
      .clientOf(asked.plan.primary.subgraph)
      .send({ body, isMutation: false }, context);
    if (!outcome.ok) return false;
    const head = outcome.answer.data?.["head"];
    // Where it is refused, so is the subscription, which tells why.
    if (typeof head === "string" && asked === request && !closed) {
      cursor = head;
      listener.onStart(head);
    }
    return true;
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

function toExtensions(span: TraceSpan | undefined) {
  return span && { extensions: { traceparent: span.traceparent } };
}
