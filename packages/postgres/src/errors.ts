import { TooManyWaitingError } from "@shop/lifecycle";

// What an error of the database tells. Each service has a Prisma client of its own, so an error is known by its shape.

// Prisma's codes for a server that is not reached, breaks off, answers too late or has no connection free; Node's for a
// socket that does; PostgreSQL's for one that shuts down, starts up, is full (its connections, disk or memory), only reads, or
// cut a statement off.
const outageCodes = new Set([
  ...["P1001", "P1002", "P1008", "P1017", "P2024", "P2028"],
  ...["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EPIPE", "ETIMEDOUT"],
  ...["57P01", "57P02", "57P03", "53100", "53200", "53300", "25006", "57014"],
]);
const outageKinds = new Set(["DatabaseNotReachable", "ConnectionClosed", "SocketTimeout", "TooManyConnections"]);
// pg's own errors have no code.
const outageMessages = /Connection terminated|timeout exceeded when trying to connect|Query read timeout/;

/** Whether an error tells of a database that does not answer, and of nothing that is wrong with what was asked. */
export function isDatabaseOutage(error: unknown): boolean {
  const { code, cause, message } = readError(error);
  return (
    error instanceof TooManyWaitingError ||
    [code, cause?.originalCode].some((known) => known !== undefined && outageCodes.has(known)) ||
    (cause?.kind !== undefined && outageKinds.has(cause.kind)) ||
    outageMessages.test(message)
  );
}

/** Whether a write failed because another row has the same value where it must be unique. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, cause } = readError(error);
  return code === "P2002" || cause?.kind === "UniqueConstraintViolation";
}

/** Whether a transaction failed by meeting another one: a serialization failure or a deadlock. It may be run again. */
export function isWriteConflict(error: unknown): boolean {
  const { code, cause } = readError(error);
  return code === "P2034" || cause?.kind === "TransactionWriteConflict";
}

interface DatabaseError {
  readonly message: string;
  readonly code?: string;
  readonly cause?: DriverError;
}

/** What the driver made of a failure: all that tells, where a raw query failed (Prisma's code is always P2010). */
interface DriverError {
  readonly kind?: string;
  readonly originalCode?: string;
}

function readError(error: unknown): DatabaseError {
  if (!(error instanceof Error)) return { message: "" };
  const { message, code, meta } = error as Error & {
    code?: unknown;
    meta?: { driverAdapterError?: { cause?: DriverError } };
  };
  return {
    message,
    code: typeof code === "string" ? code : undefined,
    cause: meta?.driverAdapterError?.cause,
  };
}
