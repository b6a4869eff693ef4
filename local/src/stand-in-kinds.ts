import { type StandIn, type StandInOptions } from "./stand-in";

/** Imported when started: each stand-in's process loads its own libraries and no other's. */
const kinds = {
  kafka: async (options: StandInOptions) => (await import("./kafka/broker.js")).startKafkaBroker(options),
  mongo: async (options: StandInOptions) => (await import("./mongo/server.js")).startMongoServer(options),
  redis: async (options: StandInOptions) => (await import("./redis/server.js")).startRedisServer(options),
  s3: async (options: ObjectStoreOptions) => (await import("./object-store/server.js")).startObjectStore(options),
  payments: async (options: PaymentsOptions) =>
    (await import("./payments-sandbox/server.js")).startPaymentsSandbox(options),
};

type ObjectStoreOptions = StandInOptions & { accessKey: string; secretKey: string };
type PaymentsOptions = StandInOptions & { webhookUrl: string; webhookSecret: string };

export type StandInKind = keyof typeof kinds;

/** @param options what the kind needs, beside what all do */
export function startStandIn(kind: StandInKind, options: StandInOptions & Record<string, unknown>): Promise<StandIn> {
  const start = kinds[kind] as (options: StandInOptions & Record<string, unknown>) => Promise<StandIn>;
  return start(options);
}
