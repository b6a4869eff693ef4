import { createClientOptions } from "@shop/postgres";
import { type Logger } from "@shop/telemetry";
import { Prisma, PrismaClient } from "./generated/prisma/client";

export { Prisma };
export type Database = PrismaClient;
/** A transaction of the database; `Transaction` is one of a payment. */
export type Tx = Prisma.TransactionClient;

/** A client of the service's database. It connects when it is first used. */
export function createDatabase(options: { url: string; log: Logger }): Database {
  return new PrismaClient(createClientOptions(options));
}
