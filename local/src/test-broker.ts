import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@shop/telemetry";
import { startKafkaBroker } from "./kafka/broker";
import { freePorts } from "./ports";

export interface TestBroker {
  readonly brokers: string[];
  /** From now on nothing answers at its address. */
  goAway(): Promise<void>;
  /** With all that it held. */
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

const host = "127.0.0.1";

/** A broker of this test's own, for what the shared one must neither hear nor suffer. */
export async function startTestBroker(): Promise<TestBroker> {
  const log = createLogger("kafka");
  log.level = "silent";
  const dataDir = mkdtempSync(join(tmpdir(), "test-broker-"));
  const [port = 0] = await freePorts(host, 1);
  const start = () => startKafkaBroker({ host, port, dataDir, log });
  let broker: Awaited<ReturnType<typeof start>> | undefined = await start();
  const goAway = async (): Promise<void> => {
    await broker?.stop();
    broker = undefined;
  };
  return {
    brokers: [`${host}:${port}`],
    goAway,
    comeBack: async () => {
      broker = await start();
    },
    stop: async () => {
      await goAway();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
