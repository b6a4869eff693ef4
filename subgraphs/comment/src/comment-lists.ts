import { requireRoleToRead, type Viewer } from "@shop/auth";
import { type Page } from "@shop/connections";
import { isId } from "@shop/ids";
import { type Comment, type CommentVisibility, isStaff } from "./comment";
import { behind, type CommentCursor, type CommentSort, hasRatingIn, orderBy } from "./comment-sort";
import { type Database, Prisma } from "./database";

export interface CommentFilter {
  readonly productId?: string | null;
  readonly authorId?: string | null;
  readonly rating?: number | null;
  readonly visibility?: CommentVisibility | null;
  /** Whether there are reports that no moderation has settled yet. */
  readonly reported?: boolean | null;
}

/** Whose list it is: a product's reviews, a comment's replies, or what a user wrote. */
export type Owner = "product" | "comment" | "user";

const ownedBy: Record<Owner, Prisma.Sql> = {
  product: Prisma.sql`parent_id IS NULL AND product_id`,
  comment: Prisma.sql`parent_id`,
  user: Prisma.sql`author_id`,
};

// Written out: the index of what is HIDDEN serves no parameter.
const visibilities: Record<CommentVisibility, Prisma.Sql> = {
  VISIBLE: Prisma.sql`visibility = 'VISIBLE'`,
  HIDDEN: Prisma.sql`visibility = 'HIDDEN'`,
};

const columns = Prisma.sql`id, product_id AS "productId", root_id AS "rootId", parent_id AS "parentId",
  author_id AS "authorId", rating, body, visibility::text, like_count AS "likeCount", open_reports AS "openReports",
  version, created_at AS "createdAt", edited_at AS "editedAt", deleted_at AS "deletedAt"`;

type ListPage = Page<CommentCursor>;

/** Lists hold what the viewer may see; a page has at most `first + 1` of them. */
export interface CommentLists {
  /** Reviews and replies alike. @throws UNAUTHENTICATED or FORBIDDEN where the filter is for STAFF */
  find(viewer: Viewer | null, filter: CommentFilter, sort: CommentSort, page: ListPage): Promise<Comment[]>;
  count(viewer: Viewer | null, filter: CommentFilter): Promise<number>;
  /** The same page of the list of each owner, all by one query. @returns as many as ids, in their order */
  pagesOf(
    viewer: Viewer | null,
    owner: Owner,
    ids: readonly string[],
    sort: CommentSort,
    page: ListPage,
  ): Promise<Comment[][]>;
  countsOf(viewer: Viewer | null, owner: Owner, ids: readonly string[]): Promise<number[]>;
}

export function createCommentLists({ db }: { db: Database }): CommentLists {
  return {
    find: (viewer, filter, sort, page) => {
      requireRightTo(viewer, filter);
      return db.$queryRaw<Comment[]>`
        SELECT ${columns} FROM comments
         WHERE ${matching(filter, sort)} AND ${visibleTo(viewer)} AND ${behind(page.after)}
         ORDER BY ${orderBy(sort)} LIMIT ${page.first + 1}`;
    },
    count: async (viewer, filter) => {
      requireRightTo(viewer, filter);
      const [row] = await db.$queryRaw<{ count: number }[]>`
        SELECT count(*)::int AS count FROM comments WHERE ${matching(filter, "NEWEST")} AND ${visibleTo(viewer)}`;
      return row?.count ?? 0;
    },
    pagesOf: async (viewer, owner, ids, sort, page) => {
      const rows = await db.$queryRaw<(Comment & { owner: string })[]>`
        SELECT owner, ${columns} FROM unnest(${ids.filter(isId)}::text[]) AS owners (owner) CROSS JOIN LATERAL (
          SELECT * FROM comments
           WHERE ${ownedBy[owner]} = owner AND ${visibleTo(viewer)} AND ${behind(page.after)}
           ORDER BY ${orderBy(sort)} LIMIT ${page.first + 1}) AS page
         ORDER BY ${orderBy(sort)}`;
      const byOwner = new Map<string, Comment[]>(ids.map((id) => [id, []]));
      for (const { owner: id, ...comment } of rows) byOwner.get(id)?.push(comment);
      return ids.map((id) => byOwner.get(id) ?? []);
    },
    countsOf: async (viewer, owner, ids) => {
      const rows = await db.$queryRaw<{ owner: string; count: number }[]>`
        SELECT owner, count(id)::int AS count FROM unnest(${ids.filter(isId)}::text[]) AS owners (owner)
          JOIN comments ON ${ownedBy[owner]} = owner AND ${visibleTo(viewer)} GROUP BY owner`;
      const byOwner = new Map(rows.map((row) => [row.owner, row.count]));
      return ids.map((id) => byOwner.get(id) ?? 0);
    },
  };
}

function requireRightTo(viewer: Viewer | null, { reported, visibility, authorId }: CommentFilter): void {
  const isOwn = viewer !== null && viewer.userId === authorId;
  if (typeof reported === "boolean" || (visibility === "HIDDEN" && !isOwn)) requireRoleToRead(viewer, "STAFF");
}

function visibleTo(viewer: Viewer | null): Prisma.Sql {
  if (isStaff(viewer)) return Prisma.sql`TRUE`;
  if (viewer === null) return visibilities.VISIBLE;
  return Prisma.sql`(${visibilities.VISIBLE} OR author_id = ${viewer.userId})`;
}

function matching(filter: CommentFilter, sort: CommentSort): Prisma.Sql {
  const { productId, authorId, rating, visibility, reported } = filter;
  return Prisma.join(
    [
      Prisma.sql`TRUE`,
      ...(typeof productId === "string" ? [hasId(Prisma.sql`product_id`, productId)] : []),
      ...(typeof authorId === "string" ? [hasId(Prisma.sql`author_id`, authorId)] : []),
      ...(typeof rating === "number" ? [hasRatingIn(sort, rating)] : []),
      ...(visibility ? [visibilities[visibility]] : []),
      ...(typeof reported === "boolean"
        ? [reported ? Prisma.sql`open_reports > 0` : Prisma.sql`open_reports = 0`]
        : []),
    ],
    " AND ",
  );
}

/** What cannot be an id nothing has; the database would refuse some of it. */
function hasId(column: Prisma.Sql, id: string): Prisma.Sql {
  return isId(id) ? Prisma.sql`${column} = ${id}` : Prisma.sql`FALSE`;
}
