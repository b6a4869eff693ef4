import { setTimeout as sleep } from "node:timers/promises";

/** Reads again until it fits; the test's own time limit ends it otherwise. */
export async function eventually<T>(read: () => Promise<T>, fits: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (fits(value)) return value;
    await sleep(20);
  }
}
