import { isDatabaseOutage, isWriteConflict } from "./errors";
import { createTurns, type TakeTurns } from "./turns";

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
 * Where many come at once they take turns. In the pool's own queue they would wait with the clock running that tells of a
 * silent database, and all of them would be halfway at the same time.
 */
export async function inTransaction<Transaction, T>(
  db: TransactionalClient<Transaction>,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return turnsOf(db)(async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await db.$transaction(work);
      } catch (error) {
        if (attempt === attempts || !isWriteConflict(error)) throw error;
      }
    }
  });
}

function turnsOf(db: object): TakeTurns {
  const known = turnsOfClients.get(db);
  if (known !== undefined) return known;
  const turns = createTurns({ atOnce: transactionsAtOnce, maxWaiting, isOutage: isDatabaseOutage });
  turnsOfClients.set(db, turns);
  return turns;
}
