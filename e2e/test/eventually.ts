import { setTimeout as sleep } from "node:timers/promises";

/** Asks again until it holds; a question that fails does not hold yet. @throws when the time is over */
export async function eventually(holds: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  let last: unknown = "it was answered with no";
  for (const deadline = Date.now() + withinMs; Date.now() < deadline;) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(`it did not come to hold within ${withinMs} ms`, { cause: last });
}
