import { given } from "./config";
import { createDataFolder, startStandIn, type StandInProcess } from "./stand-in";

export const startRedisProcess = (dataDir: string): Promise<StandInProcess> => startStandIn("redis", dataDir);

export const urlOf = ({ port }: StandInProcess): string => `redis://127.0.0.1:${port}`;

/** The server that CONFORMANCE_REDIS names, or else the stand-in on a free port with an empty data folder. */
export async function startRedisUnderTest(): Promise<{ url: string; end: () => Promise<void> }> {
  if (given.redis !== undefined) return { url: given.redis, end: () => Promise.resolve() };
  const folder = createDataFolder();
  const server = await startRedisProcess(folder.path);
  return {
    url: urlOf(server),
    end: async () => {
      await server.stop();
      folder.remove();
    },
  };
}
