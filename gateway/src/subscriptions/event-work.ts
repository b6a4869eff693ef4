import { createCounter } from "@shop/telemetry";
import { type SubgraphAnswer } from "../execution/subgraph-client";
import { type Delivery, type Subscriber } from "./subscriber";

/** The filling of events, of all streams together. */
export interface EventWork {
  openLine(options: LineOptions): EventLine;
}

export interface LineOptions {
  /** Fills one event and writes its result; never rejects. */
  readonly run: (event: SubgraphAnswer) => Promise<string>;
  /** Called when the line may no longer be full. */
  readonly onRoom: () => void;
  /** Whether an event says all that those before it said, so that one which still waits gives way to the next. */
  readonly replaces: boolean;
}

/** The events of one stream. */
export interface EventLine {
  /** Works on an event, once, for these subscribers, in the order in which it is called. */
  take(event: SubgraphAnswer, subscribers: readonly Subscriber[]): void;
  /** So many events wait that more should not come for now. */
  readonly isFull: boolean;
}

interface Job {
  event: SubgraphAnswer;
  readonly delivery: Delivery;
  readonly subscribers: Set<Subscriber>;
}

const ofLine = { maxWaiting: 64, maxAtWork: 8 };
/** Of all lines; each may have one event beyond it. */
const maxWaiting = 4_096;

/**
 * Fills events, several at once, in which the streams take turns: one that is told of much does not hold up the others.
 * Each subscriber's place in the order is taken when the event comes, so that results arrive in order whatever each takes.
 * @param maxAtWork of all streams; more at once would not be filled sooner, but time out together
 */
export function createEventWork(maxAtWork: number): EventWork {
  /** What begins the next event of a line that may begin one, in the order of their turns. */
  const turns = new Set<() => void>();
  const deliveries = createCounter("shop.subscription.deliveries", {
    description: "Events of subscriptions, once for each client that gets one",
    unit: "{event}",
  }).of({});
  let atWork = 0;
  let waiting = 0;

  const beginWhatMay = (): void => {
    for (const begin of turns) {
      if (atWork >= maxAtWork) return;
      turns.delete(begin);
      begin();
    }
  };

  return {
    openLine: ({ run, onRoom, replaces }) => {
      const queue: Job[] = [];
      let atWorkHere = 0;

      const lineUp = (): void => {
        if (queue.length > 0 && atWorkHere < ofLine.maxAtWork) turns.add(begin);
      };
      const count = (more: 1 | -1): void => {
        atWork += more;
        atWorkHere += more;
      };
      const begin = (): void => {
        const job = queue.shift();
        if (job === undefined) return;
        waiting -= 1;
        count(1);
        void run(job.event).then((text) => {
          count(-1);
          job.delivery.text = text;
          for (const subscriber of job.subscribers) subscriber.ready(job.delivery);
          deliveries.add(job.subscribers.size);
          lineUp();
          beginWhatMay();
        });
        lineUp();
        if (queue.length === 0 || queue.length === ofLine.maxWaiting / 2) onRoom();
      };
      const newJob = (event: SubgraphAnswer): Job => {
        const job = { event, delivery: { text: undefined }, subscribers: new Set<Subscriber>() };
        queue.push(job);
        waiting += 1;
        return job;
      };

      return {
        take: (event, subscribers) => {
          // One that failed says nothing of how things stand.
          const replaced = replaces && event.errors === undefined ? queue.at(-1) : undefined;
          const job = replaced ?? newJob(event);
          job.event = event;
          for (const subscriber of subscribers) {
            if (job.subscribers.has(subscriber)) continue;
            job.subscribers.add(subscriber);
            subscriber.push(job.delivery);
          }
          lineUp();
          beginWhatMay();
        },
        get isFull() {
          return queue.length >= ofLine.maxWaiting || (queue.length > 0 && waiting >= maxWaiting);
        },
      };
    },
  };
}
