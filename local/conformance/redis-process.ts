import { createDataFolder, startStandIn, type StandInProcess } from "./stand-in";

/** redis://host:port of a real server to run against, in place of the stand-in. */
export const givenRedis = process.env["CONFORMANCE_REDIS"];

export const startRedisProcess = (dataDir: string): Promise<StandInProcess> => startStandIn("redis", dataDir);

export const urlOf = ({ port }: StandInProcess): string => `redis://127.0.0.1:${port}`;

/** The server that CONFORMANCE_REDIS names, or else the stand-in on a free port with an empty data folder. */
export async function startRedisUnderTest(): Promise<{ url: string; end: () => Promise<void> }> {
  if (givenRedis !== undefined) return { url: givenRedis, end: () => Promise.resolve() };
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
