import { EventEmitter, once } from "node:events";

export interface LoggedEvent {
  readonly cursor: string;
  readonly title: string;
  readonly orderId: string | null;
}

/** Events that outlive the subgraph which tells of them, as a store does. */
export interface EventLog {
  add(title: string, orderId?: string): void;
  /** All that came after a cursor, then what comes; without one, what comes from now on. */
  follow(after: string | null | undefined): AsyncGenerator<LoggedEvent>;
  /** The cursor that nothing comes after yet. */
  head(): string;
  /** The cursor that only the last event comes after. */
  beforeLast(): string;
  /** Resolves once so many readers wait for more. */
  hasReaders(count: number): Promise<void>;
}

export function createEventLog(): EventLog {
  const events: LoggedEvent[] = [];
  const changes = new EventEmitter().setMaxListeners(0);
  let readers = 0;

  return {
    add: (title, orderId) => {
      events.push({ cursor: `c${events.length + 1}`, title, orderId: orderId ?? null });
      changes.emit("added");
    },
    follow: (after) => {
      let position = after == null ? events.length : Number(after.slice(1));
      const ended = new AbortController();
      const generator: AsyncGenerator<LoggedEvent> = {
        next: async () => {
          while (position >= events.length && !ended.signal.aborted) {
            readers += 1;
            changes.emit("reader");
            await once(changes, "added", { signal: ended.signal }).catch(() => undefined);
            readers -= 1;
          }
          const event = events[position];
          position += 1;
          return event === undefined || ended.signal.aborted
            ? { done: true, value: undefined }
            : { done: false, value: event };
        },
        return: () => {
          ended.abort();
          return Promise.resolve({ done: true, value: undefined });
        },
        throw: (error) => Promise.reject(error as Error),
        [Symbol.asyncIterator]: () => generator,
        [Symbol.asyncDispose]: async () => {
          await generator.return(undefined);
        },
      };
      return generator;
    },
    head: () => `c${events.length}`,
    beforeLast: () => `c${Math.max(events.length - 1, 0)}`,
    hasReaders: async (count) => {
      while (readers < count) await once(changes, "reader");
    },
  };
}
