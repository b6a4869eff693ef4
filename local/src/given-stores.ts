import { type Config } from "./config";
import { takesConnections } from "./readiness";

const defaultPorts: Readonly<Record<string, number>> = {
  "postgresql:": 5432,
  "postgres:": 5432,
  "mongodb:": 27017,
  "redis:": 6379,
  "rediss:": 6379,
  "http:": 80,
  "https:": 443,
};

const variables = [
  "USER_DATABASE_URL",
  "ORDER_DATABASE_URL",
  "COMMENT_DATABASE_URL",
  "MONGO_URL",
  "REDIS_URL",
  "S3_ENDPOINT",
  "PAYMENTS_SANDBOX_URL",
] as const;

/** Tries each store that the environment names. @returns a line for each that does not answer, with the way out */
export async function findSilentStores(config: Config): Promise<string[]> {
  const addresses = [
    ...variables.map((variable) => ({ variable, address: addressOf(config[variable]) })),
    ...(config.KAFKA_BROKERS ?? []).slice(0, 1).map((broker) => ({
      variable: "KAFKA_BROKERS",
      address: addressOf(`kafka://${broker}`),
    })),
  ];
  const tried = await Promise.all(
    addresses.map(async ({ variable, address }) => {
      if (address === undefined || (await takesConnections(address))) return [];
      return [
        `${variable} names ${address.host}:${address.port}, which does not answer. Start it there, correct ${variable}, ` +
          `or unset it and have a stand-in.`,
      ];
    }),
  );
  return tried.flat();
}

/** Undefined too for what names no single host: mongodb+srv is looked up, and a replica set lists several. */
function addressOf(url: string | undefined): { host: string; port: number } | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, hostname, port } = new URL(url);
  const number = port === "" ? defaultPorts[protocol] : Number(port);
  return number === undefined ? undefined : { host: hostname.replace(/^\[|\]$/g, ""), port: number };
}
