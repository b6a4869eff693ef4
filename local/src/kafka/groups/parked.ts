/** An answer that waits for the other members of the group. */
export interface Parked<T> {
  settle(outcome: T): void;
}

/**
 * Parks an answer until the group settles it or the client's connection closes.
 * @param options.onSettled called first, either way
 * @param options.onAbandoned called last, if the connection closed
 */
export function park<T>(
  resolve: (outcome: T) => void,
  options: { closed: AbortSignal; abandonedOutcome: T; onSettled: () => void; onAbandoned: () => void },
): Parked<T> {
  const { closed, abandonedOutcome, onSettled, onAbandoned } = options;
  function settle(outcome: T): void {
    closed.removeEventListener("abort", abandon);
    onSettled();
    resolve(outcome);
  }
  function abandon(): void {
    settle(abandonedOutcome);
    onAbandoned();
  }
  closed.addEventListener("abort", abandon, { once: true });
  return { settle };
}
