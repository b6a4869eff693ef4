import { isId } from "@shop/ids";
import { z } from "zod";
import { type Comment } from "./comment";
import { Prisma } from "./database";

export type CommentSort = "NEWEST" | "OLDEST" | "MOST_LIKED" | "HIGHEST_RATED" | "LOWEST_RATED";

/** Where a comment stands in a sort: what the sort goes by (0 where that is the id alone), and the id. */
export type CommentCursor = readonly [sort: CommentSort, key: number, id: string];

interface Order {
  readonly keyOf: (comment: Comment) => number;
  readonly orderBy: Prisma.Sql;
  /** What stands behind a comment. */
  readonly behind: (key: number, id: string) => Prisma.Sql;
  /** Which reviews have a rating, said so that the index of this order knows its place for them. */
  readonly hasRating: (rating: number) => Prisma.Sql;
}

const hasRating = (rating: number) => Prisma.sql`parent_id IS NULL AND coalesce(rating, 0) = ${rating}`;

// Ids sort by creation. The expressions are those of the indexes in the migrations.
const orders: Record<CommentSort, Order> = {
  NEWEST: { keyOf: () => 0, orderBy: Prisma.sql`id DESC`, behind: (_key, id) => Prisma.sql`id < ${id}`, hasRating },
  OLDEST: { keyOf: () => 0, orderBy: Prisma.sql`id ASC`, behind: (_key, id) => Prisma.sql`id > ${id}`, hasRating },
  MOST_LIKED: descendingBy(Prisma.sql`like_count`, ({ likeCount }) => likeCount),
  HIGHEST_RATED: descendingBy(Prisma.sql`coalesce(rating, 0)`, ({ rating }) => rating ?? 0),
  LOWEST_RATED: {
    ...descendingBy(Prisma.sql`(-coalesce(rating, 6))`, ({ rating }) => -(rating ?? 6)),
    hasRating: (rating) => Prisma.sql`parent_id IS NULL AND (-coalesce(rating, 6)) = ${-rating}`,
  },
};

function descendingBy(expression: Prisma.Sql, keyOf: (comment: Comment) => number): Order {
  return {
    keyOf,
    orderBy: Prisma.sql`${expression} DESC, id DESC`,
    behind: (key, id) => Prisma.sql`(${expression}, id) < (${key}::int, ${id})`,
    hasRating,
  };
}

/** The columns to sort by, for ORDER BY. */
export function orderBy(sort: CommentSort): Prisma.Sql {
  return orders[sort].orderBy;
}

/** The condition of a list of the reviews with a rating. */
export function hasRatingIn(sort: CommentSort, rating: number): Prisma.Sql {
  return orders[sort].hasRating(rating);
}

/** The condition of a page: what stands behind the cursor; everything without one. */
export function behind(cursor: CommentCursor | null): Prisma.Sql {
  if (cursor === null) return Prisma.sql`TRUE`;
  const [sort, key, id] = cursor;
  return orders[sort].behind(key, id);
}

export function cursorOf(sort: CommentSort, comment: Comment): CommentCursor {
  return [sort, orders[sort].keyOf(comment), comment.id];
}

/** What a cursor of a list must hold: one of another sort is none of this list's. */
export function cursorSchema(sort: CommentSort): z.ZodType<CommentCursor> {
  return z.tuple([z.literal(sort), z.int32(), z.string().refine(isId)]);
}
