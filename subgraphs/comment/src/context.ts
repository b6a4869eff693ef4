import { type Viewer } from "@shop/auth";
import { type CommentLists } from "./comment-lists";
import { type Deletion } from "./deletion";
import { type Likes } from "./likes";
import { type Loaders } from "./loaders";
import { type Moderation } from "./moderation";
import { type Writing } from "./writing";

export interface UseCases {
  readonly lists: CommentLists;
  readonly writing: Writing;
  readonly deletion: Deletion;
  readonly likes: Likes;
  readonly moderation: Moderation;
}

/** What a resolver works with, made anew for each request. */
export interface Context extends UseCases {
  readonly viewer: Viewer | null;
  readonly loaders: Loaders;
}
