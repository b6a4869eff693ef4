// For tests of services: whom they trust, and what their revocations are.
import { setTimeout as sleep } from "node:timers/promises";
import { type EventDefinition, userOutboxDrained } from "@shop/event-contracts";
import { createMessageBus, type EventRecord, toEventRecord } from "@shop/messaging";
import { createLogger } from "@shop/telemetry";

export { forgedAccessTokens, rightAccessToken } from "./forged-tokens";
export { startTestIssuer, testServiceKeys, type TestIssuer } from "./test-issuer";

/** For services whose feed of revocations nobody keeps alive: it is never so old as to be silent. */
export const neverSilentMs = Number.MAX_SAFE_INTEGER;

export interface TestFeed {
  tell<Payload>(event: EventDefinition<Payload>, payload: NoInfer<Payload>): Promise<EventRecord>;
  /** Says that all was told that was committed before. */
  prove(upTo?: Date): Promise<void>;
  stop(): Promise<void>;
}

/** Tells on user.v1 what the user service would. */
export function createTestFeed(brokers: string[]): TestFeed {
  const log = createLogger("test-feed");
  log.level = "silent";
  const bus = createMessageBus({ brokers, clientId: "test-feed", topics: ["user.v1"], log });
  return {
    tell: async (event, payload) => {
      const record = toEventRecord(event, payload);
      await bus.publish([record]);
      return record;
    },
    prove: (upTo = new Date()) =>
      bus.publishEverywhere("user.v1", (partitions) =>
        toEventRecord(userOutboxDrained, { upTo: upTo.toISOString(), partitions }),
      ),
    stop: () => bus.stop(),
  };
}

const heartbeatMs = 1_000;
const stopLimitMs = 5_000;

/** Goes on proving on user.v1, as the user service does, that all is told: where there is none, staff could change nothing. */
export function startTestHeartbeat(brokers: string[]): { stop(): Promise<void> } {
  const feed = createTestFeed(brokers);
  const stopping = new AbortController();
  const { signal } = stopping;
  const beat = async (): Promise<void> => {
    while (!signal.aborted) {
      await feed.prove().catch(() => undefined); // a broker that is away is a test's own affair
      await sleep(heartbeatMs, undefined, { signal }).catch(() => undefined);
    }
  };
  const beating = beat();
  return {
    stop: async () => {
      stopping.abort();
      await Promise.race([beating, sleep(stopLimitMs, undefined, { ref: false })]); // the broker may be gone already
      await feed.stop();
    },
  };
}
