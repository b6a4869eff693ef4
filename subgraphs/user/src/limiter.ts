/**
 * Bounds how much work of one kind runs at the same time, and how much waits for it.
 * @returns runs the work when its turn comes, or gives undefined at once where too much waits already; and tells how much waits
 */
export function createLimiter(limits: { running: number; waiting: number }) {
  const queue: (() => void)[] = [];
  let running = 0;

  const limit = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    if (running >= limits.running) {
      if (queue.length >= limits.waiting) return undefined;
      await new Promise<void>((resolve) => queue.push(resolve)); // whoever ends hands its place over
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
  return { limit, waiting: () => queue.length };
}
