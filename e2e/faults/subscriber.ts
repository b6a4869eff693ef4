import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

export interface Subscriber<Item> {
  /** All that came so far, over every line. */
  readonly seen: readonly Item[];
  /** Waits until so many have come. */
  received(count: number): Promise<void>;
  /** Breaks the line as a lost network does; it comes back by itself, after the last cursor. */
  cut(): void;
  stop(): Promise<void>;
}

/**
 * A front end that misses nothing: it begins after a cursor and, whenever its line is lost, goes on after the last that it
 * received.
 * @param options.document one subscription; where it resumes, its variable `after` takes a cursor
 * @throws (from `received`) what the subscription was ended with
 */
export function openSubscriber<Item extends { readonly cursor?: string }>(options: {
  url: string;
  authorization: string;
  document: string;
  variables: { readonly after?: string; readonly id?: string };
}): Subscriber<Item> {
  const seen: Item[] = [];
  const arrived = new EventEmitter();
  let variables = options.variables;
  let failure: Error | undefined;
  let isStopped = false;
  let line: WebSocket | undefined;
  class Line extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      line = this; // eslint-disable-line @typescript-eslint/no-this-alias -- graphql-ws makes it, and we cut it
    }
  }
  const client = createClient({
    url: options.url,
    webSocketImpl: Line,
    connectionParams: { Authorization: options.authorization },
    retryAttempts: 0,
  });

  async function listen(): Promise<void> {
    while (!isStopped && failure === undefined) {
      try {
        for await (const { data, errors } of client.iterate<Record<string, Item>>({
          query: options.document,
          variables,
        })) {
          const [item] = Object.values(data ?? {});
          if (errors !== undefined || item === undefined) throw new Refusal(JSON.stringify(errors));
          seen.push(item);
          if (item.cursor !== undefined) variables = { ...variables, after: item.cursor };
          arrived.emit("one");
        }
      } catch (error) {
        if (error instanceof Refusal || Array.isArray(error)) {
          failure = error instanceof Refusal ? error : new Refusal(JSON.stringify(error));
          arrived.emit("one");
        }
        await sleep(20); // the line was lost
      }
    }
  }
  const listening = listen();

  return {
    seen,
    received: async (count) => {
      while (seen.length < count) {
        if (failure !== undefined) throw failure;
        await once(arrived, "one");
      }
    },
    cut: () => line?.terminate(),
    stop: async () => {
      isStopped = true;
      await client.dispose();
      await listening;
    },
  };
}

/** The subscription itself was refused, or ended with an error. */
class Refusal extends Error {}
