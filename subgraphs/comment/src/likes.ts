import { type Viewer } from "@shop/auth";
import { inTransaction } from "@shop/postgres";
import { type Comment, seenBy } from "./comment";
import { lockComment } from "./comments";
import { type Database, type Tx } from "./database";
import { tellOfLike } from "./events";
import { type CommentOutcome, done, notFound, refused } from "./outcome";

/** Who likes what, as a set; the comment's own count is changed in the same transaction. A repeat changes nothing. */
export interface Likes {
  /** Its author is told of the first like of each viewer, not of one that was taken back and comes again. */
  like(viewer: Viewer, commentId: string): Promise<CommentOutcome>;
  unlike(viewer: Viewer, commentId: string): Promise<CommentOutcome>;
}

export function createLikes({ db }: { db: Database }): Likes {
  return {
    like: (viewer, commentId) =>
      inTransaction(db, async (tx) => {
        const comment = seenBy(viewer, await lockComment(tx, commentId));
        if (comment === null) return refused(null, notFound("comment", ["id"]));
        const { userId } = viewer;
        const first = await tx.like.createMany({ data: { commentId, userId }, skipDuplicates: true });
        if (first.count === 1) await tellOfLike(tx, comment, userId);
        else {
          const withdrawn = { commentId, userId, withdrawnAt: { not: null } };
          const again = await tx.like.updateMany({ where: withdrawn, data: { withdrawnAt: null } });
          if (again.count === 0) return done(comment);
        }
        return done(await tx.comment.update({ where: { id: commentId }, data: { likeCount: { increment: 1 } } }));
      }),
    unlike: (viewer, commentId) =>
      inTransaction(db, async (tx) => {
        const comment = seenBy(viewer, await lockComment(tx, commentId));
        if (comment === null) return refused(null, notFound("comment", ["id"]));
        return done(await takeLikeBack(tx, comment, viewer.userId));
      }),
  };
}

/** @param comment under its lock @returns the comment as it then stands */
export async function takeLikeBack(tx: Tx, comment: Comment, userId: string): Promise<Comment> {
  const { id } = comment;
  const standing = { commentId: id, userId, withdrawnAt: null };
  const { count } = await tx.like.updateMany({ where: standing, data: { withdrawnAt: new Date() } });
  return count === 0 ? comment : tx.comment.update({ where: { id }, data: { likeCount: { decrement: 1 } } });
}
