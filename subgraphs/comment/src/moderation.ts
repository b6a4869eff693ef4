import { requireRole, type Viewer } from "@shop/auth";
import { staffActed } from "@shop/event-contracts";
import { appendToOutbox } from "@shop/messaging";
import { inTransaction } from "@shop/postgres";
import { type Comment, countedRating, type CommentVisibility, seenBy } from "./comment";
import { lockComment } from "./comments";
import { type Database, type Tx } from "./database";
import { tellOfComment } from "./events";
import { type CommentOutcome, done, notFound, refused } from "./outcome";
import { moveRating } from "./ratings";
import { checkReason } from "./text-rules";

export interface Moderation {
  /** Puts a comment into the moderation queue, once per viewer. */
  report(viewer: Viewer, id: string, reason: string): Promise<CommentOutcome>;
  /**
   * Hides or shows a comment, keeps the decision on record and settles the reports that led to it.
   * @throws UNAUTHENTICATED or FORBIDDEN unless STAFF asks
   */
  decide(
    viewer: Viewer | null,
    id: string,
    decision: { visibility: CommentVisibility; reason: string },
  ): Promise<CommentOutcome>;
}

export function createModeration({ db }: { db: Database }): Moderation {
  return {
    report: async (viewer, id, reason) => {
      const errors = checkReason(reason, ["reason"]);
      if (errors.length > 0) return refused(null, ...errors);
      return inTransaction(db, async (tx) => {
        const comment = seenBy(viewer, await lockComment(tx, id));
        if (comment === null) return refused(null, notFound("comment", ["id"]));
        const { count } = await tx.report.createMany({
          data: { commentId: id, reporterId: viewer.userId, reason },
          skipDuplicates: true,
        });
        if (count === 0) return done(comment);
        return done(await tx.comment.update({ where: { id }, data: { openReports: { increment: 1 } } }));
      });
    },

    decide: async (viewer, id, { visibility, reason }) => {
      const moderator = requireRole(viewer, "STAFF");
      const errors = checkReason(reason, ["reason"]);
      if (errors.length > 0) return refused(null, ...errors);
      return inTransaction(db, async (tx) => {
        const comment = await lockComment(tx, id);
        if (comment === null) return refused(null, notFound("comment", ["id"]));
        await tx.moderation.create({ data: { commentId: id, moderatorId: moderator.userId, visibility, reason } });
        await tx.report.updateMany({ where: { commentId: id, settledAt: null }, data: { settledAt: new Date() } });
        const decided = await tx.comment.update({ where: { id }, data: { visibility, openReports: 0 } });
        await appendToOutbox(tx, staffActed, {
          actorId: moderator.userId,
          action: visibility === "HIDDEN" ? "comment.hidden" : "comment.shown",
          targetId: id,
          before: { visibility: comment.visibility },
          after: { visibility },
        });
        if (visibility !== comment.visibility) {
          await moveRating(tx, comment.productId, countedRating(comment), countedRating(decided));
          await tellOfComment(tx, visibility === "HIDDEN" ? "hidden" : "shown", decided);
        }
        return done(decided);
      });
    },
  };
}

/** Takes a report out of the queue and off the record. @param comment under its lock */
export async function takeReportBack(tx: Tx, { id }: Comment, reporterId: string): Promise<void> {
  const reported = { commentId: id, reporterId };
  const open = await tx.report.deleteMany({ where: { ...reported, settledAt: null } });
  if (open.count > 0) await tx.comment.update({ where: { id }, data: { openReports: { decrement: 1 } } });
  else await tx.report.deleteMany({ where: reported });
}
