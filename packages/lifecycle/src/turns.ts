/** Runs work when its turn comes. @throws what the work does, or why its turn did not come */
export type TakeTurns = <T>(work: () => Promise<T>) => Promise<T>;

interface Waiting {
  readonly begin: () => void;
  readonly giveUp: (reason: unknown) => void;
}

/**
 * Lets so much work run at once; the rest waits, first come first served.
 * @param options.maxWaiting more than that would wait longer than their callers do
 * @param options.isOutage tells a failure that is not the work's own. Where it is met and nothing else came through
 *   meanwhile, all that waits fails with it at once, for it would meet the same after the same time
 */
export function createTurns(options: {
  atOnce: number;
  maxWaiting: number;
  isOutage: (error: unknown) => boolean;
}): TakeTurns {
  const waiting: Waiting[] = [];
  let running = 0;
  let succeeded = 0;

  async function takeTurn(): Promise<void> {
    if (running < options.atOnce) {
      running++;
      return;
    }
    if (waiting.length >= options.maxWaiting) throw new TooManyWaitingError("too much work waits for its turn");
    await new Promise<void>((begin, giveUp) => waiting.push({ begin, giveUp }));
  }

  return async (work) => {
    await takeTurn();
    const succeededBefore = succeeded;
    try {
      const result = await work();
      succeeded++;
      return result;
    } catch (error) {
      if (succeeded === succeededBefore && options.isOutage(error)) {
        for (const { giveUp } of waiting.splice(0)) giveUp(error);
      }
      throw error;
    } finally {
      // A turn goes from hand to hand, so that nobody who comes now is before those who wait.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next.begin();
    }
  };
}

/** More is asked for than gets done. */
export class TooManyWaitingError extends Error {}
