import { setTimeout as sleep } from "node:timers/promises";
import { type NothingFollows } from "./feeds";

export type Batch<Item> = { ok: true; items: readonly Item[] } | NothingFollows;

export interface StreamSource<Item> {
  /** What came since it was last called; nothing, mostly. */
  read(): Promise<Batch<Item>>;
  /** @returns ends the watching */
  watch(wake: () => void): () => void;
}

const retryMs = 2_000;

/**
 * An endless stream that is pulled: nothing is read before the reader has taken what was read last, so that a slow one
 * costs one batch of memory. It outlasts a store that does not answer, and ends by `return`, at once, whatever the store is
 * asked just then: what follows may take its place.
 *
 * An async generator would not do: its `return` waits until a pending `next` has come to something.
 * @param first items that come before all that is read
 * @param onEnd makes what is thrown where nothing can be read any more
 */
export function createStream<Item>(options: {
  source: StreamSource<Item>;
  first: readonly Item[];
  onEnd: (why: NothingFollows["reason"]) => Error;
}): AsyncGenerator<Item, undefined, undefined> {
  const { source } = options;
  const ending = new AbortController();
  const ended = (): boolean => ending.signal.aborted;
  let ready = [...options.first];
  let woken = true;
  let wakeUp: () => void = () => undefined;
  let leave: () => void = () => undefined;
  const unwatch = source.watch(() => {
    woken = true;
    wakeUp();
  });

  function end(): void {
    ending.abort();
    unwatch();
    wakeUp();
    leave();
  }

  async function untilWoken(): Promise<void> {
    if (woken || ended()) return;
    await new Promise<void>((resolve) => {
      wakeUp = resolve;
    });
  }

  async function readMore(): Promise<void> {
    woken = false;
    let batch: Batch<Item>;
    try {
      batch = await source.read();
    } catch {
      woken = true; // the store does not answer: it is asked again
      await sleep(retryMs, undefined, { signal: ending.signal }).catch(() => undefined);
      return;
    }
    if (!batch.ok) throw options.onEnd(batch.reason);
    ready = [...batch.items];
    if (ready.length > 0) woken = true; // there may be another batch behind this one
  }

  // A race with one promise for the whole stream would keep something of every read until the stream ends.
  function untilReadOrEnded(): Promise<void> {
    return new Promise((resolve, reject) => {
      leave = resolve;
      readMore().then(resolve, reject);
    });
  }

  return {
    next: async () => {
      try {
        while (ready.length === 0 && !ended()) {
          await untilWoken();
          if (!ended()) await untilReadOrEnded();
        }
      } catch (error) {
        end();
        throw error;
      }
      const item = ready.shift();
      return ended() || item === undefined ? { done: true, value: undefined } : { done: false, value: item };
    },
    return: () => {
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
    throw: (error) => {
      end();
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: () => {
      end();
      return Promise.resolve();
    },
  };
}
