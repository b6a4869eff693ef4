import { inTransaction } from "@shop/postgres";
import { lockComment, lockThread } from "./comments";
import { type Database, type Tx } from "./database";
import { removeComment } from "./deletion";
import { takeLikeBack } from "./likes";
import { takeReportBack } from "./moderation";

/** What becomes of what somebody wrote and did here when their account is deleted: all of it goes. */
export interface Departures {
  /** Deletes their comments and takes their likes and reports back, each in a transaction of its own. Safe to do again. */
  removeWhatTheyGave(userId: string): Promise<void>;
  /** Forgets what else is known of them, and keeps out what comes later, in the transaction that notes the event. */
  forget(tx: Tx, userId: string): Promise<void>;
  /** Looks once more for what was being written while somebody left, when no access token of theirs can live any more. */
  sweep(): Promise<void>;
}

const batchSize = 100;
// Longer than an access token lives.
const sweptAfterMs = 60 * 60_000;

export function createDepartures({ db }: { db: Database }): Departures {
  async function removeWhatTheyGave(userId: string): Promise<void> {
    await forEach(
      () => db.comment.findMany({ where: { authorId: userId }, select: { id: true }, take: batchSize }),
      async (tx, { id }) => {
        const comment = await lockThread(tx, id);
        if (comment !== null) await removeComment(tx, comment);
      },
    );
    await forEach(
      () => db.like.findMany({ where: { userId }, take: batchSize }),
      async (tx, { commentId }) => {
        const comment = await lockComment(tx, commentId);
        if (comment !== null) await takeLikeBack(tx, comment, userId);
        await tx.like.deleteMany({ where: { commentId, userId } });
      },
    );
    await forEach(
      () => db.report.findMany({ where: { reporterId: userId }, take: batchSize }),
      async (tx, { commentId }) => {
        const comment = await lockComment(tx, commentId);
        if (comment !== null) await takeReportBack(tx, comment, userId);
      },
    );
  }

  /** Until there are no more. */
  async function forEach<Row>(find: () => Promise<Row[]>, work: (tx: Tx, row: Row) => Promise<void>): Promise<void> {
    for (let rows = await find(); rows.length > 0; rows = await find()) {
      for (const row of rows) await inTransaction(db, (tx) => work(tx, row));
    }
  }

  async function forget(tx: Tx, userId: string): Promise<void> {
    await tx.departure.createMany({ data: { userId }, skipDuplicates: true });
    await tx.purchase.deleteMany({ where: { userId } });
    await tx.idempotencyKey.deleteMany({ where: { viewerId: userId } });
    // Those that are not published yet are the relay's alone: `sweep` comes back for them.
    await tx.$executeRaw`
      UPDATE outbox SET payload = payload - 'excerpt' WHERE payload->>'authorId' = ${userId} AND published_at IS NOT NULL`;
  }

  return {
    removeWhatTheyGave,
    forget,
    sweep: async () => {
      const notedAt = { lt: new Date(Date.now() - sweptAfterMs) };
      const due = await db.departure.findMany({ where: { sweptAt: null, notedAt } });
      for (const { userId } of due) {
        await removeWhatTheyGave(userId);
        await inTransaction(db, async (tx) => {
          await forget(tx, userId);
          await tx.departure.update({ where: { userId }, data: { sweptAt: new Date() } });
        });
      }
    },
  };
}
