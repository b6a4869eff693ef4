import { inTransaction } from "@shop/postgres";
import { lockComment, lockThread } from "./comments";
import { type Database, type Tx } from "./database";
import { removeComment } from "./deletion";
import { takeLikeBack } from "./likes";

/** What becomes of what somebody wrote and did here when their account is deleted: all of it goes. */
export interface Departures {
  /** Deletes their comments and takes their likes back, each in a transaction of its own. Safe to do again. */
  removeWhatTheyGave(userId: string): Promise<void>;
  /** Forgets what else is known of them, in the transaction that notes the event as received. */
  forget(tx: Tx, userId: string): Promise<void>;
}

const batchSize = 100;

export function createDepartures({ db }: { db: Database }): Departures {
  function removeOne(id: string): Promise<void> {
    return inTransaction(db, async (tx) => {
      const comment = await lockThread(tx, id);
      if (comment !== null) await removeComment(tx, comment);
    });
  }

  function unlikeOne(id: string, userId: string): Promise<void> {
    return inTransaction(db, async (tx) => {
      const comment = await lockComment(tx, id);
      if (comment !== null) await takeLikeBack(tx, comment, userId);
    });
  }

  /** Until there are no more. */
  async function forEach(find: () => Promise<string[]>, work: (id: string) => Promise<void>): Promise<void> {
    for (let ids = await find(); ids.length > 0; ids = await find()) for (const id of ids) await work(id);
  }

  return {
    removeWhatTheyGave: async (userId) => {
      const written = { where: { authorId: userId }, select: { id: true }, take: batchSize };
      await forEach(async () => (await db.comment.findMany(written)).map(({ id }) => id), removeOne);
      const liked = { where: { userId }, select: { commentId: true }, take: batchSize };
      await forEach(
        async () => (await db.like.findMany(liked)).map(({ commentId }) => commentId),
        (id) => unlikeOne(id, userId),
      );
    },
    forget: async (tx, userId) => {
      await tx.purchase.deleteMany({ where: { userId } });
      await tx.idempotencyKey.deleteMany({ where: { viewerId: userId } });
    },
  };
}
