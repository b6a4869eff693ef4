import { given } from "./config";
import { createDataFolder, startStandIn, type StandInProcess } from "./stand-in";

/** The broker under test: one that was named in the environment, or a stand-in of the suite's own. */
export interface BrokerUnderTest {
  /** host:port */
  readonly address: string;
  end(): Promise<void>;
}

export const startBrokerProcess = (dataDir: string, port = 0): Promise<StandInProcess> =>
  startStandIn("kafka", dataDir, { port });

export const addressOf = ({ port }: StandInProcess): string => `127.0.0.1:${port}`;

/** The broker that CONFORMANCE_KAFKA names, or else the stand-in on a free port with an empty data folder. */
export async function startBrokerUnderTest(): Promise<BrokerUnderTest> {
  if (given.kafka !== undefined) return { address: given.kafka, end: () => Promise.resolve() };
  const folder = createDataFolder();
  const broker = await startBrokerProcess(folder.path);
  return {
    address: addressOf(broker),
    async end() {
      await broker.stop();
      folder.remove();
    },
  };
}
