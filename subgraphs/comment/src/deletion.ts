import { requireRole, type Viewer } from "@shop/auth";
import { staffActed } from "@shop/event-contracts";
import { forbidden } from "@shop/graphql-errors";
import { appendToOutbox } from "@shop/messaging";
import { inTransaction } from "@shop/postgres";
import { countedRating, type Comment, isStaff, seenBy } from "./comment";
import { lockThread } from "./comments";
import { type Database, type Tx } from "./database";
import { tellOfComment } from "./events";
import { type CommentOutcome, notFound, refused } from "./outcome";
import { moveRating } from "./ratings";

export interface Deletion {
  /**
   * Deletes a comment. While it has replies its row stays, empty, so that they can be read; without, it goes, and with it
   * the empty rows above that it was the last reply to.
   * @throws FORBIDDEN where it is another's, unless STAFF asks
   */
  remove(viewer: Viewer, id: string): Promise<CommentOutcome>;
}

export function createDeletion({ db }: { db: Database }): Deletion {
  return {
    remove: (viewer, id) =>
      inTransaction(db, async (tx) => {
        const comment = seenBy(viewer, await lockThread(tx, id));
        if (comment === null) return refused(null, notFound("comment", ["id"]));
        if (comment.authorId !== viewer.userId) {
          if (!isStaff(viewer)) throw forbidden("Only its author can delete a comment.");
          requireRole(viewer, "STAFF");
          const { authorId, visibility, rating } = comment;
          const before = { authorId, visibility, rating };
          const { userId: actorId } = viewer;
          await appendToOutbox(tx, staffActed, { actorId, action: "comment.deleted", targetId: id, before, after: {} });
        }
        return { ok: true, productId: comment.productId, comment: await removeComment(tx, comment) };
      }),
  };
}

/** @param comment under its thread's lock @returns what is left of it */
export async function removeComment(tx: Tx, comment: Comment): Promise<Comment | null> {
  const left = (await hasReplies(tx, comment.id)) ? await empty(tx, comment.id) : null;
  if (left === null) await takeAway(tx, comment);
  await moveRating(tx, comment.productId, countedRating(comment), null);
  await tellOfComment(tx, "deleted", comment);
  return left;
}

async function hasReplies(tx: Tx, id: string): Promise<boolean> {
  return (await tx.comment.findFirst({ where: { parentId: id }, select: { id: true } })) !== null;
}

/** Takes from a comment all that its author and others gave it. */
async function empty(tx: Tx, id: string): Promise<Comment> {
  const left = await tx.comment.update({
    where: { id },
    data: {
      ...{ authorId: null, rating: null, body: "", editedAt: null, deletedAt: new Date() },
      ...{ visibility: "VISIBLE", likeCount: 0, openReports: 0 },
    },
  });
  await tx.like.deleteMany({ where: { commentId: id } });
  await tx.report.deleteMany({ where: { commentId: id } });
  return left;
}

/** Takes a row away, and those above it that were empty and have no other reply. */
async function takeAway(tx: Tx, { id, parentId }: Comment): Promise<void> {
  await tx.comment.delete({ where: { id } });
  if (parentId === null) return;
  const parent = await tx.comment.findUniqueOrThrow({ where: { id: parentId } });
  if (parent.deletedAt !== null && !(await hasReplies(tx, parentId))) await takeAway(tx, parent);
}
