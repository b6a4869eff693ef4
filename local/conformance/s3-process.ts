import { given } from "./config";
import { createDataFolder, startStandIn, type StandInProcess } from "./stand-in";

/** Where a store is and whose it is. */
export interface S3Target {
  /** http://host:port */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface S3Process extends StandInProcess {
  readonly target: S3Target;
}

/** A real server to run against, in place of the stand-in. */
export const givenS3 = parseTarget(given.s3);

/** @param text http://accessKey:secretKey@host:port */
function parseTarget(text: string | undefined): S3Target | undefined {
  if (text === undefined) return undefined;
  const { origin, username, password } = new URL(text);
  return { endpoint: origin, accessKey: decodeURIComponent(username), secretKey: decodeURIComponent(password) };
}

export async function startS3Process(dataDir: string, port = 0): Promise<S3Process> {
  const keys = { accessKey: "conformance", secretKey: "conformance-secret" };
  const standIn = await startStandIn("s3", dataDir, { port, ...keys });
  return { ...standIn, target: { endpoint: `http://127.0.0.1:${standIn.port}`, ...keys } };
}

/** The server that CONFORMANCE_S3 names, or else the stand-in on a free port with an empty data folder. */
export async function startS3UnderTest(): Promise<{ target: S3Target; end: () => Promise<void> }> {
  if (givenS3 !== undefined) return { target: givenS3, end: () => Promise.resolve() };
  const folder = createDataFolder();
  const server = await startS3Process(folder.path);
  return {
    target: server.target,
    end: async () => {
      await server.stop();
      folder.remove();
    },
  };
}
