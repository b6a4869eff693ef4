import { setTimeout as sleep } from "node:timers/promises";

/**
 * Repeats a call as a client does whose connection broke or who was told to come back: with the same input and the same
 * key, until there is an answer. @throws what the last call met, when the time is over
 */
export async function untilAnswered<Answer extends { readonly errors: readonly { readonly code: string }[] }>(
  call: () => Promise<Answer>,
  withinMs = 90_000,
): Promise<Answer> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      const answer = await call();
      if (answer.errors.every(({ code }) => code !== "IDEMPOTENCY_IN_PROGRESS")) return answer;
      if (Date.now() > deadline) throw new Error("the first call with this key never came to an end");
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(50);
  }
}
