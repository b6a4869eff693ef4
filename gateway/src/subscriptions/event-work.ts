import { type SubgraphAnswer } from "../execution/subgraph-client";
import { type Delivery, type Subscriber } from "./subscriber";

export interface EventWork {
  /** Works on an event, once, for these subscribers, in the order in which it is called. */
  take(event: SubgraphAnswer, subscribers: readonly Subscriber[]): void;
  /** So many events wait that more should not come for now. */
  readonly isFull: boolean;
}

const maxWaiting = 64;
const maxAtWork = 8;

/**
 * Fills events, several at once. Each subscriber's place in the order is taken when the event comes, so that results
 * arrive in order whatever each takes.
 * @param run fills one event and writes its result; never rejects
 * @param onRoom called when it is no longer full
 */
export function createEventWork(run: (event: SubgraphAnswer) => Promise<string>, onRoom: () => void): EventWork {
  const waiting: { event: SubgraphAnswer; delivery: Delivery; subscribers: readonly Subscriber[] }[] = [];
  let atWork = 0;

  const start = (): void => {
    while (atWork < maxAtWork) {
      const next = waiting.shift();
      if (next === undefined) return;
      atWork += 1;
      void run(next.event).then((text) => {
        atWork -= 1;
        next.delivery.text = text;
        for (const subscriber of next.subscribers) subscriber.ready(next.delivery);
        start();
        if (waiting.length === maxWaiting / 2) onRoom();
      });
    }
  };

  return {
    take: (event, subscribers) => {
      const delivery: Delivery = { text: undefined };
      for (const subscriber of subscribers) subscriber.push(delivery);
      waiting.push({ event, delivery, subscribers });
      start();
    },
    get isFull() {
      return waiting.length >= maxWaiting;
    },
  };
}
