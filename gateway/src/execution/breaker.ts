/** Makes repeated failure cheap: after several failures in a row a call is refused at once instead of tried. */
export interface Breaker {
  /** Whether a call may be made now. While open, one call in each period is let through to see whether it is over. */
  admits(): boolean;
  /** Whether calls are refused, but for one in each period. */
  readonly isOpen: () => boolean;
  succeeded(): void;
  /** @returns whether this failure opened it */
  failed(): boolean;
}

const failuresToOpen = 5;
const openMs = 2_000;

export function createBreaker(now: () => number = Date.now): Breaker {
  let failures = 0;
  let nextAttemptAtMs = 0;
  return {
    admits: () => {
      if (failures < failuresToOpen) return true;
      if (now() < nextAttemptAtMs) return false;
      nextAttemptAtMs = now() + openMs;
      return true;
    },
    isOpen: () => failures >= failuresToOpen,
    succeeded: () => {
      failures = 0;
    },
    failed: () => {
      failures += 1;
      if (failures !== failuresToOpen) return false;
      nextAttemptAtMs = now() + openMs;
      return true;
    },
  };
}
