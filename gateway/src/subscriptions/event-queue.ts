export interface EventQueueOptions<Event, Result> {
  /** Works on one event; never rejects. */
  readonly run: (event: Event) => Promise<Result>;
  /** The queue is full, or has room again: whoever pushes should pause, or go on. */
  readonly onFull: () => void;
  readonly onRoom: () => void;
  /** The reader wants no more. */
  readonly onReturn: () => void;
}

/** Events in, results out, in the same order. Reading waits for an event; several are worked on at once. */
export interface EventQueue<Event, Result> {
  push(event: Event): void;
  /** Nothing comes after what is queued, but for one last result. */
  end(last?: Result): void;
  readonly results: AsyncGenerator<Result, undefined>;
}

const maxQueued = 64;
const maxAtWork = 8;

/**
 * Not an async generator function: the return() of one waits behind its pending next(), so that a subscription nobody
 * reads any more would stay open until its next event.
 */
export function createEventQueue<Event, Result>(options: EventQueueOptions<Event, Result>): EventQueue<Event, Result> {
  const queue: { readonly event: Event; result?: Promise<Result> }[] = [];
  let last: { readonly result: Result } | undefined;
  let state: "open" | "ending" | "returned" = "open";
  let full = false;
  let wake: (() => void) | undefined;

  const work = (): void => {
    for (const entry of queue.slice(0, maxAtWork)) entry.result ??= options.run(entry.event);
  };
  const returned = { done: true as const, value: undefined };

  const next = async (): Promise<IteratorResult<Result, undefined>> => {
    while (queue.length === 0 && state === "open") {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const entry = queue.shift();
    if (entry === undefined) {
      const ending = state === "ending" ? last : undefined;
      last = undefined;
      return ending === undefined ? returned : { done: false, value: ending.result };
    }
    const pending = entry.result ?? options.run(entry.event);
    work();
    if (full && queue.length <= maxQueued / 2) {
      full = false;
      options.onRoom();
    }
    const value = await pending;
    return wasReturned() ? returned : { done: false, value };
  };
  // A function, since the state may have changed while a result was awaited.
  const wasReturned = (): boolean => state === "returned";

  const results: AsyncGenerator<Result, undefined> = {
    next,
    return: () => {
      if (!wasReturned()) {
        state = "returned";
        queue.length = 0;
        wake?.();
        options.onReturn();
      }
      return Promise.resolve(returned);
    },
    throw: async (error) => {
      await results.return(undefined);
      throw error;
    },
    [Symbol.asyncIterator]: () => results,
    [Symbol.asyncDispose]: async () => {
      await results.return(undefined);
    },
  };

  return {
    results,
    push: (event) => {
      if (state !== "open") return;
      queue.push({ event });
      work();
      wake?.();
      if (!full && queue.length >= maxQueued) {
        full = true;
        options.onFull();
      }
    },
    end: (result) => {
      if (state !== "open") return;
      state = "ending";
      if (result !== undefined) last = { result };
      wake?.();
    },
  };
}
