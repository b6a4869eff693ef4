import { isWriteConflict } from "./errors";

/** What of a Prisma client is used here, whichever schema it was made from. */
export interface TransactionalClient<Transaction> {
  $transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

const attempts = 5;

/** Runs work in a transaction, again where it met another one (a serialization failure or a deadlock): no client sees that. */
export async function inTransaction<Transaction, T>(
  db: TransactionalClient<Transaction>,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.$transaction(work);
    } catch (error) {
      if (attempt === attempts || !isWriteConflict(error)) throw error;
    }
  }
}
