import { type Viewer } from "@shop/auth";
import { isId } from "@shop/ids";
import { type Comment, mayRead } from "./comment";
import { type Database, type Tx } from "./database";

/** Who wrote about which product. */
export interface Authorship {
  readonly authorId: string;
  readonly productId: string;
}

export interface Comments {
  /** Those of the comments that the viewer may see. */
  byIds(viewer: Viewer | null, ids: readonly string[]): Promise<Comment[]>;
  /** A user's own reviews of these products. */
  reviewsBy(userId: string, productIds: readonly string[]): Promise<Comment[]>;
  /** Which of the comments a user likes. */
  likedBy(userId: string, ids: readonly string[]): Promise<string[]>;
  /** For each whether the author had the product delivered; as many as were asked for, in their order. */
  areVerified(authorships: readonly Authorship[]): Promise<boolean[]>;
}

export function createComments({ db }: { db: Database }): Comments {
  return {
    byIds: async (viewer, ids) => {
      const found = await db.comment.findMany({ where: { id: { in: ids.filter(isId) } } });
      return found.filter((comment) => mayRead(viewer, comment));
    },
    reviewsBy: (userId, productIds) =>
      db.comment.findMany({
        where: { authorId: userId, productId: { in: productIds.filter(isId) }, parentId: null },
      }),
    likedBy: async (userId, ids) => {
      const found = await db.like.findMany({ where: { userId, commentId: { in: [...ids] }, withdrawnAt: null } });
      return found.map(({ commentId }) => commentId);
    },
    areVerified: async (authorships) => {
      const found = await db.$queryRaw<{ verified: boolean }[]>`
        SELECT EXISTS (SELECT FROM purchases WHERE user_id = author_id AND purchases.product_id = about.product_id) AS verified
          FROM unnest(${authorships.map(({ authorId }) => authorId)}::text[],
                      ${authorships.map(({ productId }) => productId)}::text[])
               WITH ORDINALITY AS about (author_id, product_id, place) ORDER BY place`;
      return found.map(({ verified }) => verified);
    },
  };
}

/**
 * Makes all that changes the shape of a thread wait for each other, and for what else is done to this comment, until the
 * transaction's end.
 * @returns the comment as it stands under the lock, or null where there is none, or only what is left of one
 */
export async function lockThread(tx: Tx, id: string): Promise<Comment | null> {
  if (!isId(id)) return null;
  // The root first, so that nobody who has it waits for somebody who waits for it.
  await tx.$queryRaw`
    SELECT 1 FROM comments WHERE id IN ((SELECT root_id FROM comments WHERE id = ${id}), ${id})
     ORDER BY parent_id IS NOT NULL FOR UPDATE`;
  return readStanding(tx, id);
}

/** As `lockThread`, for what is done to one comment and leaves the thread as it is. */
export async function lockComment(tx: Tx, id: string): Promise<Comment | null> {
  if (!isId(id)) return null;
  await tx.$queryRaw`SELECT 1 FROM comments WHERE id = ${id} FOR NO KEY UPDATE`;
  return readStanding(tx, id);
}

function readStanding(tx: Tx, id: string): Promise<Comment | null> {
  return tx.comment.findUnique({ where: { id, deletedAt: null } });
}
