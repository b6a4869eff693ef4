import { userDeleted, userOutboxDrained, userRoleChanged, userSessionsRevoked } from "@shop/event-contracts";
import { handle, type MessageBus, type ReceivedEvent, startTopicReader } from "@shop/messaging";
import { type Logger, observeGauges } from "@shop/telemetry";
import { createRevocations, type Revocation, revocationLifetimeMs, type Revocations } from "./revocations";

export interface RevocationFeed extends Revocations {
  /** Rejects until it has caught up once, and for some seconds at most: customers are served without it. */
  readonly ping: () => Promise<void>;
  stop(): Promise<void>;
}

/** Six heartbeats of the user service. */
const defaultSilentAfterMs = 60_000;

const patienceMs = 15_000;

const gauges = {
  "shop.revocations.kept": {
    description: "Ended sessions and changed accounts that tokens are held against",
    unit: "{1}",
  },
  "shop.revocations.unproven": { description: "For how long revocations may have been missed", unit: "s" },
};

/**
 * Follows what ends access tokens before their time, as the user service tells it on user.v1: every process that verifies
 * tokens does so for itself. It begins with all that concerns a token that is still alive, and knows it a second or two after
 * its start; until then, and whenever nothing is proven for `silentAfterMs`, it is silent.
 */
export function startRevocationFeed(options: {
  bus: MessageBus;
  silentAfterMs?: number | undefined;
  log: Logger;
}): RevocationFeed {
  const { bus, silentAfterMs = defaultSilentAfterMs, log } = options;
  const table = createRevocations({ silentAfterMs });
  const note = (revocation: Revocation, event: ReceivedEvent<unknown>): Promise<void> => {
    table.note(revocation, event);
    return Promise.resolve();
  };
  const handlers = [
    handle(userSessionsRevoked, (event) => {
      const { userId, sessionIds = [], all = false, before } = event.payload;
      return all
        ? note({ kind: "ALL_ENDED", userId, before: new Date(before) }, event)
        : note({ kind: "SESSIONS_ENDED", userId, sessionIds }, event);
    }),
    handle(userRoleChanged, (event) => note({ kind: "ROLE_CHANGED", ...event.payload }, event)),
    handle(userDeleted, (event) => note({ kind: "USER_DELETED", ...event.payload }, event)),
    handle(userOutboxDrained, ({ partition, payload: { partitions, upTo } }) => {
      table.noteProof({ partition, partitions, upTo: new Date(upTo) });
      return Promise.resolve();
    }),
  ];
  const since = new Date(Date.now() - revocationLifetimeMs);
  const reader = startTopicReader({ bus, topic: "user.v1", since, handlers, log });
  const withdraw = observeGauges(gauges, () => {
    const attributes = { service: bus.clientId };
    const unprovenMs = Date.now() - table.provenUpToMs();
    return Promise.resolve([
      { gauge: "shop.revocations.kept" as const, value: table.size(), attributes },
      { gauge: "shop.revocations.unproven" as const, value: unprovenMs / 1_000, attributes },
    ]);
  });
  const startedAtMs = Date.now();
  let hasStarted = false;
  return {
    ...table,
    ping: () => {
      hasStarted ||= !table.isSilent() || Date.now() - startedAtMs > patienceMs;
      return hasStarted ? Promise.resolve() : Promise.reject(new Error("revocations are not known yet"));
    },
    stop: async () => {
      withdraw();
      await reader.stop();
    },
  };
}
