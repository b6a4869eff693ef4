import { PrismaPg } from "@prisma/adapter-pg";
import { type Logger } from "@shop/telemetry";
import { Prisma, PrismaClient } from "./generated/prisma/client";

export { Prisma };
export {
  type Address as AddressRow,
  type AuditEntry as AuditEntryRow,
  type Session as SessionRow,
  type User as UserRow,
} from "./generated/prisma/client";
export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;

/** A client of the service's database. It connects when it is first used; one that does not answer costs 5 s at most. */
export function createDatabase(options: { url: string; log: Logger }): Database {
  const onError = (error: Error): void => options.log.debug({ err: error }, "a database connection broke");
  const adapter = new PrismaPg(
    {
      connectionString: options.url,
      max: 10,
      connectionTimeoutMillis: 3_000,
      statement_timeout: 4_000,
      // Beside the server's own limit: a server that is frozen keeps none.
      query_timeout: 4_500,
    },
    { onPoolError: onError, onConnectionError: onError },
  );
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 3_000, timeout: 5_000 } });
}

/**
 * Makes everything that changes an account run one after the other, until the transaction's end.
 * @returns the account as it stands under the lock, or null where there is none
 */
export async function lockUser(tx: Transaction, userId: string) {
  await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${userId} FOR UPDATE`;
  return tx.user.findUnique({ where: { id: userId } });
}

/** Whether a write failed because another row has the same value where it must be unique. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
}

// Prisma's codes for a server that cannot be reached, breaks off or has no connection free, Node's for a socket that
// does, and PostgreSQL's for one that is shutting down, starting up or full.
const outageCodes = new Set([
  ...["P1001", "P1002", "P1008", "P1017", "P2024", "P2028"],
  ...["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EPIPE", "ETIMEDOUT"],
  ...["57P01", "57P02", "57P03", "53300"],
]);
// pg's own errors have no code.
const outageMessages = /Connection terminated|timeout exceeded when trying to connect|Query read timeout/;

/** Whether an error tells of a database that does not answer, and of nothing that is wrong with the request. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  return (typeof code === "string" && outageCodes.has(code)) || outageMessages.test(error.message);
}
