import { type Server } from "node:http";
import { type GraphQLSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { type Product } from "./catalogue";
import { type SubscribeToStock } from "./schemas";

export interface StockEvents {
  readonly subscribe: SubscribeToStock;
  /** Tells every subscriber, each with the time of this call. */
  publish(product: Product): void;
}

interface StockChanged {
  readonly stockChanged: { readonly publishedAtNs: string; readonly product: Product };
}

export function createStockEvents(): StockEvents {
  const subscribers = new Set<(event: StockChanged) => void>();

  const subscribe = (): AsyncGenerator<StockChanged> => {
    const waiting: StockChanged[] = [];
    let wake: (() => void) | undefined;
    let ended = false;
    const receive = (event: StockChanged): void => {
      waiting.push(event);
      wake?.();
    };
    subscribers.add(receive);
    const end = (): Promise<IteratorReturnResult<undefined>> => {
      ended = true;
      subscribers.delete(receive);
      wake?.();
      return Promise.resolve({ done: true, value: undefined });
    };
    const next = async (): Promise<IteratorResult<StockChanged, undefined>> => {
      while (waiting.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
      const event = waiting.shift();
      return event === undefined ? { done: true, value: undefined } : { done: false, value: event };
    };
    const events: AsyncGenerator<StockChanged> = {
      next,
      return: end,
      throw: end,
      [Symbol.asyncIterator]: () => events,
      [Symbol.asyncDispose]: () => end().then(() => undefined),
    };
    return events;
  };

  return {
    subscribe,
    publish: (product) => {
      const event = { stockChanged: { publishedAtNs: process.hrtime.bigint().toString(), product } };
      for (const receive of subscribers) receive(event);
    },
  };
}

/** graphql-transport-ws beside the subgraph's HTTP, for whoever asks. */
export function serveStockEvents(server: Server, schema: GraphQLSchema): void {
  useServer({ schema }, new WebSocketServer({ server }));
}
