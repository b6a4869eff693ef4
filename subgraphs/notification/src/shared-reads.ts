export type ShareRead = <T>(key: string, read: () => Promise<T>) => Promise<T>;

/**
 * Lets all who ask for the same in one turn of the event loop share one read, as a thousand sockets do that one event has
 * woken. A read that has begun is never shared: it may have missed what woke the next.
 */
export function createSharedReads(): ShareRead {
  const waiting = new Map<string, Promise<unknown>>();
  return <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const shared = waiting.get(key) as Promise<T> | undefined; // the key stands for what is read, and so for its type
    if (shared !== undefined) return shared;
    const begun = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      waiting.delete(key);
      return read();
    });
    waiting.set(key, begun);
    return begun;
  };
}
