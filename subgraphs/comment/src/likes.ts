import { type Viewer } from "@shop/auth";
import { inTransaction } from "@shop/postgres";
import { type Comment, seenBy } from "./comment";
import { lockComment } from "./comments";
import { type Database, type Tx } from "./database";
import { tellOfLike } from "./events";
import { type CommentOutcome, done, notFound, refused } from "./outcome";

/** Who likes what, as a set; the comment's own count is changed in the same transaction. A repeat changes nothing. */
export interface Likes {
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
        const { count } = await tx.like.createMany({ data: { commentId, userId }, skipDuplicates: true });
        if (count === 0) return done(comment);
        await tellOfLike(tx, comment, userId);
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
  const { count } = await tx.like.deleteMany({ where: { commentId: id, userId } });
  return count === 0 ? comment : tx.comment.update({ where: { id }, data: { likeCount: { decrement: 1 } } });
}
