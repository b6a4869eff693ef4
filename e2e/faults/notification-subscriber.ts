import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { type NotificationSeen } from "./notification-shop";

export interface NotificationSubscriber {
  /** All that came so far, over every line. */
  readonly seen: readonly NotificationSeen[];
  /** Waits until so many have come. */
  received(count: number): Promise<void>;
  /** Breaks the line as a lost network does; it comes back by itself, after the last cursor. */
  cut(): void;
  stop(): Promise<void>;
}

const document = `subscription ($after: String) {
  notificationReceived(after: $after) { id cursor kind title }
}`;

/**
 * A front end that misses nothing: it begins after a cursor and, whenever its line is lost, goes on after the last that it
 * received.
 * @throws (from `received`) what the subscription was ended with
 */
export function openNotificationSubscriber(options: {
  url: string;
  authorization: string;
  after: string;
}): NotificationSubscriber {
  const seen: NotificationSeen[] = [];
  const arrived = new EventEmitter();
  let after = options.after;
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
        for await (const { data, errors } of client.iterate<{ notificationReceived: NotificationSeen }>({
          query: document,
          variables: { after },
        })) {
          if (errors !== undefined || data == null) throw new Refusal(JSON.stringify(errors));
          seen.push(data.notificationReceived);
          after = data.notificationReceived.cursor;
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
