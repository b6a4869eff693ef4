import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startTestHeartbeat, startTestIssuer } from "@shop/auth/testing";
import { formatServiceKey } from "@shop/env";
import { planProcesses, type StartedProcess } from "@shop/local/processes";
import { createTestClient } from "@shop/subgraph-server/testing";
import { childEnvironment, repository } from "../config";
import { findFreePort } from "../free-port";
import { findProcesses } from "../orders/shop-processes";
import { readCpuMs, readReapedCpuMs } from "../process-statistics";

/** Asks the comment service as the gateway does. @param userId whose token goes with it @returns the one field */
export type AskComments = <Field>(query: string, variables: object, userId: string) => Promise<Field>;

/** The comment service with its stores, as `npm start` runs them, and nothing else of the shop. */
export interface RunningComments {
  readonly databaseUrl: string;
  readonly ask: AskComments;
  /** What the service and PostgreSQL, its backends included, have used so far, in milliseconds. */
  readCpuMs(): { comment: number; postgres: number };
  /** As `npm run ratings:recompute`. */
  recomputeRatings(): Promise<void>;
  stop(): Promise<void>;
}

const portVariables = ["POSTGRES_PORT", "KAFKA_PORT", "COMMENT_PORT"];

export async function startComments(): Promise<RunningComments> {
  const ports = await Promise.all(portVariables.map(findFreePort));
  const dataDir = await mkdtemp(join(tmpdir(), "bench-comments-"));
  await chmod(dataDir, 0o755); // where this runs as root, PostgreSQL runs as another user
  const issuer = await startTestIssuer();
  const gateway = generateKeyPairSync("ed25519");
  const { PATH = "", HOME = "" } = childEnvironment;
  const portEntries = portVariables.map((variable, index): [string, string] => [variable, String(ports[index])]);
  const planned = planProcesses(
    {
      ...{ PATH, HOME, DATA_DIR: dataDir, LOG_LEVEL: "fatal", OPS_PORT: "0" },
      ...{ JWKS_URL: issuer.jwksUrl, TOKEN_ISSUER: issuer.issuer, TOKEN_AUDIENCE: issuer.audience },
      GATEWAY_SERVICE_KEY: formatServiceKey(gateway.privateKey),
      GATEWAY_SERVICE_PUBLIC_KEYS: formatServiceKey(gateway.publicKey),
      ...Object.fromEntries(portEntries),
    },
    () => undefined,
  );
  const { env } = planned;
  const databaseUrl = env["COMMENT_DATABASE_URL"] ?? "";
  const heartbeat = startTestHeartbeat((env["KAFKA_BROKERS"] ?? "").split(","));
  const running: StartedProcess[] = [];
  const stop = async (): Promise<void> => {
    await heartbeat.stop();
    for (const one of running.reverse()) await one.stop();
    await issuer.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    running.push(await planned.start("kafka"), await planned.start("postgres"));
    await planned.prepareDatabase("comment");
    running.push(await planned.start("comment"));
  } catch (error) {
    await stop();
    throw error;
  }
  const [, postgres = 0, comment = 0] = running.map(({ pid }) => pid);
  const { field } = createTestClient<string>({
    port: () => Number(env["COMMENT_PORT"]),
    callee: "comment",
    gatewayKey: gateway.privateKey,
    headersOf: async (userId) => ({ authorization: await issuer.bearer({ userId, role: "CUSTOMER" }) }),
  });
  return {
    databaseUrl,
    ask: field,
    readCpuMs: () => ({
      comment: readCpuMs(comment),
      postgres: findProcesses(postgres).reduce((sum, { pid }) => sum + readCpuMs(pid) + readReapedCpuMs(pid), 0),
    }),
    recomputeRatings: async () => {
      await promisify(execFile)(process.execPath, [join(repository, "subgraphs/comment/dist/ratings-recompute.js")], {
        env: { ...env },
      });
    },
    stop,
  };
}
