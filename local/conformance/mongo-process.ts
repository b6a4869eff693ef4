import { randomUUID } from "node:crypto";
import { type Connection, createConnection, type mongo } from "mongoose";
import { given } from "./config";
import { createDataFolder, startStandIn, type StandInProcess } from "./stand-in";

export const startMongoProcess = (dataDir: string): Promise<StandInProcess> => startStandIn("mongo", dataDir);

/** Without a database's name. */
export const urlOf = ({ port }: StandInProcess): string => `mongodb://127.0.0.1:${port}`;

/** Connects to a database of a server. Once connected, a lost server is an error at once rather than waited for. */
export function connectTo(url: string, database: string): Promise<Connection> {
  const options = { dbName: database, serverSelectionTimeoutMS: 2000, bufferCommands: false, autoIndex: false };
  const connect = () => createConnection(url, options).asPromise();
  return connect().catch(connect); // the machine may have stood still for as long
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
  const standIn = given.mongo === undefined ? await startMongoProcess(folder.path) : undefined;
  const url = standIn === undefined ? (given.mongo ?? "") : urlOf(standIn);
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
