import { z } from "zod";
import { type Position } from "./feeds";

/** What a cursor of `commentAdded` holds: the entry's sequence number and id. */
export const commentCursor = z.tuple([z.int().min(0), z.string()]);
export type CommentCursor = z.infer<typeof commentCursor>;

export function toCommentCursor({ sequence, id }: Position): CommentCursor {
  return [sequence, id];
}

export function fromCommentCursor([sequence, id]: CommentCursor): Position {
  return { sequence, id };
}
