import { noRevocations, type RevocationFeed, startRevocationFeed } from "@shop/auth";
import { createMessageBus } from "@shop/messaging";
import { type Logger } from "@shop/telemetry";

const done = (): Promise<void> => Promise.resolve();

/** Follows which access tokens are revoked. @param brokers undefined: none is */
export function followRevocations(brokers: string[] | undefined, log: Logger): RevocationFeed {
  if (brokers === undefined) return { ...noRevocations, ping: done, stop: done };
  const bus = createMessageBus({ brokers, clientId: "gateway", topics: ["user.v1"], log });
  const feed = startRevocationFeed({ bus, log });
  return {
    ...feed,
    stop: async () => {
      await feed.stop();
      await bus.stop();
    },
  };
}
