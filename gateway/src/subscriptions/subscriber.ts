import { type GraphQLFormattedError } from "graphql";

/** One event's result for all who wait for it: JSON, written once; undefined while it is still worked on. */
export interface Delivery {
  text: string | undefined;
}

/** How a subscription came to its end. */
export type StreamEnd =
  | { readonly kind: "COMPLETED" }
  | { readonly kind: "FAILED"; readonly errors: readonly GraphQLFormattedError[] }
  /** This process ends; the subscription itself could go on elsewhere. */
  | { readonly kind: "STOPPED" }
  /** The client left, or was cut off. */
  | { readonly kind: "LEFT" };

/** What feeds a subscriber: it waits for room where nobody that it feeds has any. */
export interface Source {
  reconsider(): void;
  remove(subscriber: Subscriber): void;
}

/** One client's subscription: what it is yet to read, in order and bounded. */
export interface Subscriber {
  /** JSON texts of results. Its `return` ends the subscription at once and in that way, also while a `next` is pending. */
  readonly results: AsyncGenerator<string, StreamEnd>;
  /** Set by whatever feeds it. */
  source: Source | undefined;
  /** Has so much to read that its source should wait if all others are in the same plight. */
  readonly isFull: boolean;
  push(delivery: Delivery): void;
  /** A delivery that was pushed has its text. */
  ready(delivery: Delivery): void;
  /** Nothing comes after what is queued. */
  end(end: StreamEnd): void;
}

const full = { count: 64, length: 1_000_000 };
/** Beyond it a client is cut off, since those who share its stream are not made to wait for it. */
const most = { count: 1_024, length: 16_000_000 };

/**
 * @param hooks.onOverrun called once, when the client has fallen so far behind that its subscription ended
 * @param hooks.onDone called once, when nothing more will be read
 */
export function createSubscriber(hooks: { onOverrun: () => void; onDone: () => void }): Subscriber {
  const queue: Delivery[] = [];
  /** Characters, of the results that are there. */
  let length = 0;
  let wasFull = false;
  let ending: StreamEnd | undefined;
  let isDone = false;
  let wake: (() => void) | undefined;

  const exceeds = (bound: typeof full): boolean => queue.length >= bound.count || length >= bound.length;
  const leave = (as: StreamEnd = { kind: "LEFT" }): void => {
    if (isDone) return;
    isDone = true;
    ending = as;
    queue.length = 0;
    wake?.();
    subscriber.source?.remove(subscriber);
    hooks.onDone();
  };
  const grown = (): void => {
    wasFull ||= exceeds(full);
    if (!exceeds(most)) return;
    leave();
    hooks.onOverrun();
  };
  const finish = (): IteratorReturnResult<StreamEnd> => {
    const value: StreamEnd = ending ?? { kind: "LEFT" };
    leave(value);
    return { done: true, value };
  };
  const isWaiting = (): boolean => !isDone && (queue.length > 0 ? queue[0]?.text === undefined : ending === undefined);

  const results: AsyncGenerator<string, StreamEnd> = {
    next: async () => {
      while (isWaiting()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const text = queue.shift()?.text;
      if (text === undefined) return finish();
      length -= text.length;
      if (wasFull && queue.length <= full.count / 2 && length <= full.length / 2) {
        wasFull = false;
        subscriber.source?.reconsider();
      }
      return { done: false, value: text };
    },
    return: (end: StreamEnd) => {
      leave(end);
      return Promise.resolve({ done: true, value: end });
    },
    throw: (error) => {
      leave();
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    },
    [Symbol.asyncIterator]: () => results,
    [Symbol.asyncDispose]: () => {
      leave();
      return Promise.resolve();
    },
  };

  const subscriber: Subscriber = {
    results,
    source: undefined,
    get isFull() {
      return wasFull;
    },
    push: (delivery) => {
      if (isDone || ending !== undefined) return;
      queue.push(delivery);
      grown();
    },
    ready: (delivery) => {
      if (isDone) return;
      length += delivery.text?.length ?? 0;
      if (queue[0] === delivery) wake?.();
      grown();
    },
    end: (end) => {
      ending ??= end;
      wake?.();
    },
  };
  return subscriber;
}
