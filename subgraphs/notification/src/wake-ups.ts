import { type Logger } from "@shop/telemetry";
import { RedisPubSub } from "graphql-redis-subscriptions";
import { type Redis } from "ioredis";
import { type Feeds } from "./feeds";

/** Tells those who wait for a feed that there may be something new. Nothing is carried by it, and one too many is harmless. */
export interface WakeUps {
  /** @returns ends it */
  watch(feedName: string, wake: () => void): () => void;
  stop(): void;
}

const pollMs = 2_000;

/**
 * Wakes on a message of Redis, whenever a connection to Redis is made anew, and every 2 s where a feed has moved, so that
 * a lost message costs a moment and never a notification.
 * @param options.redis a connection that answers; `listener` is one that does nothing but listen
 */
export function createWakeUps(options: {
  redis: Redis;
  listener: Redis;
  feeds: Feeds;
  channel: string;
  log: Logger;
}): WakeUps {
  const { redis, listener, feeds, log } = options;
  const waiting = new Map<string, Set<() => void>>();
  let polled = new Map<string, string | null>();
  let polling = false;

  function wake(feedName: string): void {
    for (const one of waiting.get(feedName) ?? []) one();
  }

  function wakeAll(): void {
    for (const feedName of waiting.keys()) wake(feedName);
  }

  async function poll(): Promise<void> {
    if (polling || waiting.size === 0) return;
    polling = true;
    try {
      const names = [...waiting.keys()];
      const sequences = await feeds.sequencesOf(names);
      const seen = new Map(names.map((name, index) => [name, sequences[index] ?? null]));
      const before = polled;
      polled = seen;
      for (const [name, sequence] of seen) if (before.get(name) !== sequence) wake(name);
    } catch (error) {
      log.debug({ err: error }, "the feeds could not be polled");
    } finally {
      polling = false;
    }
  }

  // One channel for all feeds: to subscribe and unsubscribe for every socket would cost more than it keeps away.
  const pubSub = new RedisPubSub({ publisher: redis, subscriber: listener, deserializer: String });
  pubSub.subscribe<string>(options.channel, wake).catch((error: unknown) => {
    log.warn({ err: error }, "no wake-ups from Redis: polling alone");
  });
  listener.on("ready", wakeAll);
  redis.on("ready", wakeAll);
  const timer = setInterval(() => void poll(), pollMs);

  return {
    watch: (feedName, one) => {
      const others = waiting.get(feedName) ?? new Set();
      waiting.set(feedName, others.add(one));
      return () => {
        others.delete(one);
        if (others.size === 0 && waiting.get(feedName) === others) waiting.delete(feedName);
      };
    },
    stop: () => {
      clearInterval(timer);
      listener.off("ready", wakeAll);
      redis.off("ready", wakeAll);
    },
  };
}
