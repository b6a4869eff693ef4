import { type Connection, parsePage, toConnection } from "@shop/connections";
import { badUserInput } from "@shop/graphql-errors";
import { type Comment } from "../comment";
import { type CommentFilter, type Owner } from "../comment-lists";
import { type CommentSort, cursorOf, cursorSchema } from "../comment-sort";
import { type Context } from "../context";
import { type CommentConnectionResolvers } from "../generated/graphql";

/** A page, and how many the list has in all, counted only where that is asked for. */
export interface CommentPage extends Connection<Comment> {
  readonly count: () => Promise<number>;
}

interface ListArguments {
  /** Null where the client says so itself, whatever the schema's default. */
  readonly sort?: CommentSort | null;
  readonly first?: number | null;
  readonly after?: string | null;
}

/** All comments that fit a filter. */
export async function listComments(
  { viewer, lists }: Context,
  filter: CommentFilter,
  { sort: wanted, ...args }: ListArguments,
): Promise<CommentPage> {
  const { rating } = filter;
  if (typeof rating === "number" && (rating < 1 || rating > 5)) {
    throw badUserInput("`rating` must be from 1 to 5.", ["filter", "rating"]);
  }
  const sort = wanted ?? "NEWEST";
  const page = parsePage(args, cursorSchema(sort));
  const found = await lists.find(viewer, filter, sort, page);
  return {
    ...toConnection(found, page, (comment) => cursorOf(sort, comment)),
    count: () => lists.count(viewer, filter),
  };
}

/** The list of one owner; those of many owners are read together. */
export async function listOwned(
  { loaders }: Context,
  owner: Owner,
  id: string,
  { sort: wanted, ...args }: ListArguments,
): Promise<CommentPage> {
  const sort = wanted ?? "NEWEST";
  const page = parsePage(args, cursorSchema(sort));
  const found = await loaders.page(owner, sort, page).load(id);
  return {
    ...toConnection(found, page, (comment) => cursorOf(sort, comment)),
    count: () => loaders.count(owner).load(id),
  };
}

export const CommentConnection: CommentConnectionResolvers = {
  totalCount: ({ count }) => count(),
};
