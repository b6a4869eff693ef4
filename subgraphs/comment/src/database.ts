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
  const { code, cause } = readError(error);
  return code === "P2034" || cause?.kind === "TransactionWriteConflict";
}

// Prisma's codes for a server that is not reached, breaks off, answers too late or has no connection free; Node's for a
// socket that does; PostgreSQL's for one that shuts down, starts up, is full or cut a statement off.
const outageCodes = new Set([
  ...["P1001", "P1002", "P1008", "P1017", "P2024", "P2028"],
  ...["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EPIPE", "ETIMEDOUT"],
  ...["57P01", "57P02", "57P03", "53300", "57014"],
]);
const outageKinds = new Set(["DatabaseNotReachable", "ConnectionClosed", "SocketTimeout", "TooManyConnections"]);
// pg's own errors have no code.
const outageMessages = /Connection terminated|timeout exceeded when trying to connect|Query read timeout/;

/** Whether an error tells of a database that does not answer, and of nothing that is wrong with what was asked. */
export function isDatabaseOutage(error: unknown): boolean {
  const { code, cause, message } = readError(error);
  return (
    [code, cause?.originalCode].some((known) => known !== undefined && outageCodes.has(known)) ||
    (cause !== undefined && outageKinds.has(cause.kind)) ||
    outageMessages.test(message)
  );
}

interface DatabaseError {
  readonly message: string;
  readonly code?: string;
  /** What the driver made of it: all that tells, where a raw query failed (its code is always P2010). */
  readonly cause?: { readonly kind: string; readonly originalCode?: string };
}

function readError(error: unknown): DatabaseError {
  if (!(error instanceof Error)) return { message: "" };
  const { message } = error;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return { message, code };
  const meta = error.meta as { driverAdapterError?: { cause?: DatabaseError["cause"] } } | undefined;
  return { message, code, cause: meta?.driverAdapterError?.cause };
}
