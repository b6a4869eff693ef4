import { createClientOptions } from "@shop/postgres";
import { type Logger } from "@shop/telemetry";
import { Prisma, PrismaClient } from "./generated/prisma/client";

export { Prisma };
export {
  type Address as AddressRow,
  type AuditEntry as AuditEntryRow,
  type MailedLink as MailedLinkRow,
  type Session as SessionRow,
  type User as UserRow,
} from "./generated/prisma/client";
export type { LinkPurpose } from "./generated/prisma/enums";
export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;

/** A client of the service's database. It connects when it is first used. */
export function createDatabase(options: { url: string; log: Logger }): Database {
  return new PrismaClient(createClientOptions(options));
}

/**
 * Makes everything that changes an account run one after the other, until the transaction's end.
 * @returns the account as it stands under the lock, or null where there is none
 */
export async function lockUser(tx: Transaction, userId: string) {
  await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${userId} FOR UPDATE`;
  return tx.user.findUnique({ where: { id: userId } });
}
