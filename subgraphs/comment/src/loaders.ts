import { type Viewer } from "@shop/auth";
import { type Page } from "@shop/connections";
import DataLoader from "dataloader";
import { type Comment } from "./comment";
import { type CommentLists, type Owner } from "./comment-lists";
import { type CommentCursor, type CommentSort } from "./comment-sort";
import { type Authorship, type Comments } from "./comments";
import { type Ratings, type RatingSummary } from "./ratings";

/** What a viewer may not see is null in it, and in no list. */
export interface Loaders {
  readonly comment: DataLoader<string, Comment | null>;
  readonly myReview: DataLoader<string, Comment | null>;
  readonly likedByMe: DataLoader<string, boolean>;
  readonly verified: DataLoader<Authorship, boolean, string>;
  readonly ratings: DataLoader<string, RatingSummary>;
  /** The same page of owners' lists, by the owner's id. */
  page(owner: Owner, sort: CommentSort, page: Page<CommentCursor>): DataLoader<string, Comment[]>;
  /** How many owners' lists have in all, by the owner's id. */
  count(owner: Owner): DataLoader<string, number>;
  /** Forgets everything: a mutation may have changed it. */
  clear(): void;
}

/** One set a request: what is asked for together is read together, each kind by one query. */
export function createLoaders(deps: {
  viewer: Viewer | null;
  comments: Comments;
  lists: CommentLists;
  ratings: Ratings;
}): Loaders {
  const { viewer, comments, lists, ratings } = deps;
  const things = {
    comment: new DataLoader(async (ids: readonly string[]) => {
      const byId = new Map((await comments.byIds(viewer, ids)).map((comment) => [comment.id, comment]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    myReview: new DataLoader(async (productIds: readonly string[]) => {
      const reviews = viewer === null ? [] : await comments.reviewsBy(viewer.userId, productIds);
      const byProduct = new Map(reviews.map((review) => [review.productId, review]));
      return productIds.map((id) => byProduct.get(id) ?? null);
    }),
    likedByMe: new DataLoader(async (ids: readonly string[]) => {
      const liked = new Set(viewer === null ? [] : await comments.likedBy(viewer.userId, ids));
      return ids.map((id) => liked.has(id));
    }),
    verified: new DataLoader((authorships: readonly Authorship[]) => comments.areVerified(authorships), {
      cacheKeyFn: ({ authorId, productId }) => `${authorId} ${productId}`,
    }),
    ratings: new DataLoader((productIds: readonly string[]) => ratings.ofProducts(productIds)),
  };
  const pages = new Map<string, DataLoader<string, Comment[]>>();
  const counts = new Map<Owner, DataLoader<string, number>>();
  return {
    ...things,
    page: (owner, sort, page) =>
      madeOnce(
        pages,
        JSON.stringify([owner, sort, page]),
        () => new DataLoader((ids: readonly string[]) => lists.pagesOf(viewer, owner, ids, sort, page)),
      ),
    count: (owner) =>
      madeOnce(counts, owner, () => new DataLoader((ids: readonly string[]) => lists.countsOf(viewer, owner, ids))),
    clear: () => {
      for (const loader of Object.values(things)) loader.clearAll();
      pages.clear();
      counts.clear();
    },
  };
}

function madeOnce<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
