import { serviceUnavailable } from "@shop/graphql-errors";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { beginSpan } from "@shop/telemetry";
import { type FormatError } from "../client-errors";
import { type SubgraphAnswer } from "../execution/subgraph-client";
import { type EventWork } from "./event-work";
import { type EventRequest, runEvent } from "./run-event";
import { type Promised } from "./subscription-field";
import { type Source, type StreamEnd, type Subscriber } from "./subscriber";
import { traceparentOf } from "./traceparent";
import { openUpstream, type UpstreamDeps } from "./upstream";
import { asksTheSame } from "./upstream-request";

export interface StreamRequest {
  readonly event: Omit<EventRequest, "context">;
  readonly context: Pick<EventRequest["context"], "authorization" | "viewer" | "span">;
  readonly promised: Promised;
  /** The cursor that it begins after; undefined for "from now". */
  readonly start: string | undefined;
}

/** One subscription at a subgraph, and all the clients that it serves. */
export interface Stream extends Source {
  readonly size: number;
  /** The cursor that it has told everything up to; undefined while there is none to tell by. */
  readonly position: string | undefined;
  readonly isConnected: boolean;
  /** Whether a client that wants to begin after `start` gets all it should, and nothing twice, by joining now. */
  canJoin(start: string | undefined): boolean;
  join(subscriber: Subscriber): void;
  /** Hands all subscribers to another stream, which stands at the same position, and ends. */
  moveTo(other: Stream): void;
  /** Takes over subscribers of a stream at the same position. @param wereLive whether that one told of what happens now */
  adopt(subscribers: ReadonlySet<Subscriber>, wereLive: boolean): void;
  /** Goes on as another plan says, or ends with an error where that could leave something out. */
  replan(next: Pick<StreamRequest, "event" | "promised">): void;
  /** Takes no more events and ends all subscribers after what they have queued. */
  end(end: StreamEnd): void;
}

export type StreamDeps = UpstreamDeps & { readonly formatError: FormatError; readonly eventWork: EventWork };

/** @param hooks.onMoved the position is another; @param hooks.onOver nobody is served any more */
export function openStream(
  request: StreamRequest,
  hooks: { onMoved: (stream: Stream, from: string | undefined) => void; onOver: (stream: Stream) => void },
  deps: StreamDeps,
): Stream {
  const { promised, start } = request;
  const subscribers = new Set<Subscriber>();
  let event = request.event;
  let position = start;
  let isConnected = false;
  /** No event has come yet of the subscription as it is open at the subgraph now. */
  let isFresh = true;
  /** Tells of what happens now, rather than of what came since some cursor. */
  let isLive = start === undefined;
  /** Kept where newcomers are told it again; filling an event uses it up. */
  let lastEvent: SubgraphAnswer | undefined;
  let isPaused = false;
  let isOver = false;
  // Aborts what is fetched for events that nobody waits for any more.
  const abandoned = new AbortController();
  // Of what a subgraph may get to see only what all who share the stream have in common.
  const { viewer, authorization } = request.context;
  const context = { viewer, authorization, userAgent: undefined, address: undefined, signal: abandoned.signal };

  const run = async (answer: SubgraphAnswer): Promise<string> => {
    // Of the trace that the event is of, and no subscriber's.
    const span = beginSpan("deliver event", {
      kind: "CONSUMER",
      traceparent: traceparentOf(answer.extensions),
      attributes: { "shop.subgraph": event.plan.primary.subgraph.name, "shop.subscribers": subscribers.size },
    });
    try {
      return JSON.stringify(await runEvent({ ...event, context: { ...context, span } }, answer, deps));
    } finally {
      span?.end();
    }
  };
  const reconsider = (): void => {
    const mustWait = work.isFull || !hasRoom(subscribers);
    if (mustWait === isPaused) return;
    isPaused = mustWait;
    if (isPaused) upstream.pause();
    else upstream.resume();
  };
  const work = deps.eventWork.openLine({ run, onRoom: reconsider, replaces: promised === "CURRENT_STATE" });

  const onEvent = (answer: SubgraphAnswer): void => {
    const from = position;
    isFresh = false;
    if (promised === "CURRENT_STATE") lastEvent = structuredClone(answer);
    // An event without a cursor (it failed) leaves no place that others could be found at.
    position = event.plan.resumable?.cursorOf(answer);
    work.take(answer, [...subscribers]);
    reconsider();
    hooks.onMoved(stream, from);
  };
  const over = (): void => {
    isOver = true;
    upstream.close();
    hooks.onOver(stream);
  };
  const end = (how: StreamEnd): void => {
    if (isOver) return;
    for (const subscriber of subscribers) subscriber.end(how);
    subscribers.clear();
    over();
  };
  const fail = (errors: readonly GraphQLFormattedError[]): void => {
    const format = (error: GraphQLFormattedError): GraphQLFormattedError =>
      deps.formatError(error, new GraphQLError(error.message, { extensions: error.extensions }));
    end({ kind: "FAILED", errors: errors.map(format) });
  };

  const upstreamRequest = () => ({ ...event, authorization, start });
  const upstream = openUpstream(
    upstreamRequest(),
    {
      onStart: (cursor) => {
        position = cursor;
        hooks.onMoved(stream, undefined);
      },
      onEvent,
      onAcknowledged: () => {
        isConnected = true;
      },
      onLost: () => {
        isConnected = false;
        isFresh = true;
        isLive = false;
      },
      onEnd: (errors) => (errors.length === 0 ? end({ kind: "COMPLETED" }) : fail(errors)),
    },
    deps,
    request.context.span,
  );

  const stream: Stream = {
    get size() {
      return subscribers.size;
    },
    get position() {
      return position;
    },
    get isConnected() {
      return isConnected;
    },
    canJoin: (from) => {
      switch (promised) {
        case "RESUMABLE":
          // Of one that waits for a slow client, what comes next happened before now.
          return from === undefined ? isLive && !isPaused : from === position;
        case "CURRENT_STATE":
          return isFresh || lastEvent?.errors === undefined;
        case "NOTHING":
          return isFresh;
      }
    },
    join: (subscriber) => {
      subscribers.add(subscriber);
      subscriber.source = stream;
      // How it stands now: filled anew, so no older than the joining; what changes from here on is told to all.
      if (!isFresh && lastEvent !== undefined) work.take(structuredClone(lastEvent), [subscriber]);
      reconsider();
    },
    moveTo: (other) => {
      other.adopt(subscribers, isLive);
      subscribers.clear();
      over();
    },
    adopt: (others, wereLive) => {
      isLive ||= wereLive;
      for (const subscriber of others) {
        subscribers.add(subscriber);
        subscriber.source = stream;
      }
      reconsider();
    },
    remove: (subscriber) => {
      if (!subscribers.delete(subscriber) || isOver) return;
      if (subscribers.size > 0) {
        reconsider();
        return;
      }
      abandoned.abort();
      over();
    },
    reconsider,
    replan: (next) => {
      const before = upstreamRequest();
      event = next.event;
      const isPromisedStill = next.promised === promised;
      if (isPromisedStill && asksTheSame(before, upstreamRequest())) return;
      const losesNothing = promised === "RESUMABLE" ? position !== undefined : promised === "CURRENT_STATE";
      if (isPromisedStill && losesNothing) {
        isFresh = true;
        upstream.reopen(upstreamRequest());
      } else {
        // Events may come before it is open again. Whoever subscribes anew knows that, and reads what they missed.
        const { message, extensions } = serviceUnavailable("What this subscription was opened on", 1);
        fail([{ message, extensions }]);
      }
    },
    end,
  };
  return stream;
}

function hasRoom(subscribers: ReadonlySet<Subscriber>): boolean {
  for (const subscriber of subscribers) if (!subscriber.isFull) return true;
  return subscribers.size === 0;
}
