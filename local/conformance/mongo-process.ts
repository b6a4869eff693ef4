import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Connection, createConnection, type mongo } from "mongoose";

/** URL of a real server to run against, in place of the stand-in. */
export const givenMongo = process.env["CONFORMANCE_MONGO"];

export interface MongoProcess {
  readonly port: number;
  readonly pid: number;
  /** Without a database's name. */
  readonly url: string;
  /** Waits for a line in the log with all of these words in it. */
  logged(...words: string[]): Promise<void>;
  /** SIGKILL: as a crash. */
  kill(): Promise<void>;
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
}

/** Starts the stand-in as a process of its own; port 0 takes a free one. */
export async function startMongoProcess(dataDir: string, port = 0): Promise<MongoProcess> {
  const child = fork(join(__dirname, "mongo-child.ts"), [String(port), dataDir], {
    execArgv: ["--import", "tsx"],
    silent: true,
  });
  let log = "";
  child.stdout?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const exited = once(child, "exit") as Promise<[number | null]>;
  const started = (once(child, "message") as Promise<[{ port: number }]>).then(([message]) => message.port);
  const actualPort = await Promise.race([started, exited.then(() => undefined)]);
  if (actualPort === undefined) throw new Error(`the server did not start:\n${log}`);

  async function endWith(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code] = await exited;
    return code;
  }

  return {
    port: actualPort,
    pid: child.pid ?? 0,
    url: `mongodb://127.0.0.1:${actualPort}`,
    async logged(...words) {
      const isThere = () => log.split("\n").some((line) => words.every((word) => line.includes(word)));
      while (!isThere()) await wait(20);
    },
    async kill() {
      await endWith("SIGKILL");
    },
    stop: () => endWith("SIGTERM"),
  };
}

/** A data folder, to be removed when the test file ends. */
export function createDataFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "mongo-conformance-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Connects to a database of a server. Once connected, a lost server is an error at once rather than waited for. */
export function connectTo(url: string, database: string): Promise<Connection> {
  const options = { dbName: database, serverSelectionTimeoutMS: 2000, bufferCommands: false, autoIndex: false };
  return createConnection(url, options).asPromise();
}

export const addIndex = (
  collection: ReturnType<Connection["collection"]>,
  keys: mongo.IndexSpecification,
  options?: mongo.IndexOptions,
): Promise<string> => collection.createIndex(keys, options, undefined);

export const uniqueDatabase = () => `conformance_${randomUUID().replaceAll("-", "")}`;

/** Any document. */
export type Thing = mongo.BSON.Document & { _id?: string | number | mongo.ObjectId };

/** A database of its own on the server that CONFORMANCE_MONGO names, or else on a stand-in with an empty data folder. */
export async function openTestDatabase() {
  const folder = createDataFolder();
  const standIn = givenMongo === undefined ? await startMongoProcess(folder.path) : undefined;
  const url = standIn?.url ?? givenMongo ?? "";
  const connection = await connectTo(url, uniqueDatabase());
  let collections = 0;
  return {
    connection,
    standIn,
    /** An empty collection of the driver's own, unlike any other. */
    collection: () => connection.collection<Thing>(`things_${++collections}`),
    async end(): Promise<void> {
      await connection.dropDatabase();
      await connection.close();
      await standIn?.stop();
      folder.remove();
    },
  };
}
