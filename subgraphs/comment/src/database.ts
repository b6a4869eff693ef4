import { PrismaPg } from "@prisma/adapter-pg";
import { type Logger } from "@shop/telemetry";
import { Prisma, PrismaClient } from "./generated/prisma/client";

export { Prisma };
export type Database = PrismaClient;

export type Tx = Prisma.TransactionClient;

/** A client of the service's database. It connects when it is first used; one that does not answer costs 5 s at most. */
export function createDatabase(options: { url: string; log: Logger }): Database {
  const onError = (error: Error): void => options.log.debug({ err: error }, "a database connection broke");
  const adapter = new PrismaPg(
    {
      connectionString: options.url,
      max: 10,
      connectionTimeoutMillis: 4_500,
      statement_timeout: 4_000,
      // Beside the server's own limit: a server that is frozen keeps none.
      query_timeout: 4_500,
    },
    { onPoolError: onError, onConnectionError: onError },
  );
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 4_500, timeout: 5_000 } });
}

const attempts = 5;

/** Runs work in a transaction, again where it met another one (a serialization failure or a deadlock): no client sees that. */
export async function inTransaction<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.$transaction(work);
    } catch (error) {
      if (attempt === attempts || !isConflict(error)) throw error;
    }
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2034";
}

// Prisma's codes for a server that is not reached, breaks off, answers too late or has no connection free; Node's for a
// socket that does; PostgreSQL's for one that shuts down, starts up, is full or cut a statement off.
const outageCodes = new Set([
  ...["P1001", "P1002", "P1008", "P1017", "P2024", "P2028"],
  ...["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EPIPE", "ETIMEDOUT"],
  ...["57P01", "57P02", "57P03", "53300", "57014"],
]);
// pg's own errors have no code.
const outageMessages = /Connection terminated|timeout exceeded when trying to connect|Query read timeout/;

/** Whether an error tells of a database that does not answer, and of nothing that is wrong with what was asked. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  return (typeof code === "string" && outageCodes.has(code)) || outageMessages.test(error.message);
}
