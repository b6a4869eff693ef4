import { createLogger } from "@shop/telemetry";
import { createEventAttempts } from "../src/event-attempts";
import { UnprocessableEventError } from "../src";

const log = createLogger("test");
log.level = "silent";

class OutageError extends Error {}

/** Tries one message again and again, without the waiting in between. */
function startAttempts(failure: () => Error | undefined, giveUp = (_reason: string): void => undefined) {
  const attempt = createEventAttempts({
    process: () => {
      const error = failure();
      return error === undefined ? Promise.resolve() : Promise.reject(error);
    },
    isOutage: (error) => error instanceof OutageError,
    giveUp: (_received, reason) => Promise.resolve().then(() => giveUp(reason)),
    saveOffset: () => Promise.resolve(),
    log,
  });
  return async (offset: string) => {
    const message = { key: null, value: null, timestamp: "0", attributes: 0, offset, size: 0 };
    return attempt({ topic: "system.v1", partition: 0, message });
  };
}

it("waits for a store that is down, as long as it takes, no more than 5 s at a time", async () => {
  const attempt = startAttempts(() => new OutageError());
  for (let count = 0; count < 1_000; count++) {
    const outcome = await attempt("1");
    if (outcome.done) throw new Error("an outage is never given up");
    expect(outcome.retryInMs).toBeGreaterThan(0);
    expect(outcome.retryInMs).toBeLessThanOrEqual(5_000);
  }
});

it("gives up what fails without an outage, after some seconds of trying, and says why", async () => {
  const reasons: string[] = [];
  const attempt = startAttempts(
    () => new TypeError("name is undefined"),
    (reason) => reasons.push(reason),
  );
  let waitedMs = 0;
  for (let outcome = await attempt("1"); !outcome.done; outcome = await attempt("1")) waitedMs += outcome.retryInMs;
  expect(waitedMs).toBeGreaterThan(10_000);
  expect(waitedMs).toBeLessThan(60_000);
  expect(reasons).toEqual([expect.stringMatching(/^it failed \d+ times: name is undefined$/)]);
});

it("counts no outage, and no other message, against a message", async () => {
  const reasons: string[] = [];
  let failure: Error | undefined = new OutageError();
  const attempt = startAttempts(
    () => failure,
    (reason) => reasons.push(reason),
  );
  for (let count = 0; count < 100; count++) await attempt("1");
  failure = new TypeError();
  for (let count = 0; count < 5; count++) await attempt("1");
  failure = undefined;
  expect(await attempt("1")).toEqual({ done: true });
  failure = new TypeError();
  for (let count = 0; count < 9; count++) expect(await attempt("2")).toMatchObject({ done: false });
  expect(reasons).toEqual([]);
});

it("keeps a message that can be given to nobody", async () => {
  let broken = true;
  const attempt = startAttempts(
    () => new UnprocessableEventError("it is poison"),
    () => {
      if (broken) throw new Error("the broker is down");
    },
  );
  for (let count = 0; count < 100; count++) expect(await attempt("1")).toMatchObject({ done: false });
  broken = false;
  expect(await attempt("1")).toEqual({ done: true });
});
