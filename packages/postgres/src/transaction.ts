import { createTurns, type TakeTurns } from "@shop/lifecycle";
import { isDatabaseOutage, isWriteConflict } from "./errors";

/** What of a Prisma client is used here, whichever schema it was made from. */
export interface TransactionalClient<Transaction> {
  $transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

const attempts = 5;
// Below the connections of a client's pool (see client-options.ts): reads outside of transactions find one free.
const transactionsAtOnce = 8;
const maxWaiting = 500;
const turnsOfClients = new WeakMap<object, TakeTurns>();

/**
 * Runs work in a transaction, again where it met another one (a serialization failure or a deadlock): no client sees that.
 * Where many come at once they take turns.
 */
export function inTransaction<Transaction, T>(
  db: TransactionalClient<Transaction>,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return inTurn(db, async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await db.$transaction(work);
      } catch (error) {
        if (attempt === attempts || !isWriteConflict(error)) throw error;
      }
    }
  });
}

/**
 * Runs work that writes without a transaction when its turn comes among them, which it must not be in one of. In the pool's
 * own queue a rush would wait with the clock running that tells of a silent database, and all of it be halfway at once.
 */
export function inTurn<T>(db: object, work: () => Promise<T>): Promise<T> {
  let turns = turnsOfClients.get(db);
  if (turns === undefined) {
    turns = createTurns({ atOnce: transactionsAtOnce, maxWaiting, isOutage: isDatabaseOutage });
    turnsOfClients.set(db, turns);
  }
  return turns(work);
}
