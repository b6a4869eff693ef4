import { type GraphQLFormattedError } from "graphql";
import { openStream, type Stream, type StreamDeps, type StreamRequest } from "./stream";
import { type Subscriber } from "./subscriber";

export interface SharedRequest extends StreamRequest {
  /** Equal for those who may be served by one stream (sharing.ts). */
  readonly key: string;
}

export type Prepared =
  | { readonly ok: true; readonly request: SharedRequest }
  | { readonly ok: false; readonly errors: readonly GraphQLFormattedError[] };

/** All open streams. */
export interface Streams {
  /** @param prepareAgain the same request, on the supergraph that is current when it is called */
  serve(subscriber: Subscriber, request: SharedRequest, prepareAgain: () => Prepared): void;
  /** Takes every stream to the supergraph that is current now. */
  replan(): void;
  /** Ends every stream: clients still get what is queued for them. */
  stop(): void;
}

/** The streams that serve one operation for one viewer: mostly one, more while clients catch up. */
interface Kin {
  readonly streams: Map<Stream, () => Prepared>;
  /** Where each stands that can be told. */
  readonly byPosition: Map<string, Stream>;
}

/**
 * Finds for each client a stream to share. One that asks for what came since a cursor is first served by a stream of its
 * own. Whenever two streams of the same operation have delivered up to the same cursor, what follows is the same for
 * both, so that they become one: at that moment nobody has a gap before them or a repeat.
 */
export function createStreams(deps: StreamDeps): Streams {
  const kinByKey = new Map<string, Kin>();

  const open = (request: SharedRequest, kin: Kin): Stream => {
    const onMoved = (stream: Stream, from: string | undefined): void => {
      if (from !== undefined && kin.byPosition.get(from) === stream) kin.byPosition.delete(from);
      place(stream, kin);
    };
    const onOver = (stream: Stream): void => {
      kin.streams.delete(stream);
      const { position } = stream;
      if (position !== undefined && kin.byPosition.get(position) === stream) kin.byPosition.delete(position);
      if (kin.streams.size === 0 && kinByKey.get(request.key) === kin) kinByKey.delete(request.key);
    };
    const stream = openStream(request, { onMoved, onOver }, deps);
    place(stream, kin);
    return stream;
  };
  const everyStream = (): [Stream, () => Prepared][] =>
    [...kinByKey.values()].flatMap(({ streams }) => [...streams.entries()]);

  return {
    serve: (subscriber, request, prepareAgain) => {
      const kin: Kin = kinByKey.get(request.key) ?? { streams: new Map(), byPosition: new Map() };
      kinByKey.set(request.key, kin);
      for (const stream of kin.streams.keys()) {
        if (stream.canJoin(request.start)) {
          stream.join(subscriber);
          return;
        }
      }
      const stream = open(request, kin);
      kin.streams.set(stream, prepareAgain);
      stream.join(subscriber);
    },
    replan: () => {
      for (const [stream, prepareAgain] of everyStream()) {
        const prepared = prepareAgain();
        if (prepared.ok) stream.replan(prepared.request);
        else stream.end({ kind: "FAILED", errors: prepared.errors });
      }
    },
    stop: () => {
      for (const [stream] of everyStream()) stream.end({ kind: "STOPPED" });
    },
  };
}

/** Notes where a stream has come to, and joins it with one that is there already. */
function place(stream: Stream, { byPosition }: Kin): void {
  const { position } = stream;
  if (position === undefined) return;
  const other = byPosition.get(position);
  if (other === undefined || other === stream) {
    byPosition.set(position, stream);
    return;
  }
  const [staying, leaving] = preferred(stream, other) ? [stream, other] : [other, stream];
  leaving.moveTo(staying);
  byPosition.set(position, staying);
}

/** One that is connected stays before one that is not, and the one with more clients before the other. */
function preferred(one: Stream, other: Stream): boolean {
  return one.isConnected === other.isConnected ? one.size > other.size : one.isConnected;
}
