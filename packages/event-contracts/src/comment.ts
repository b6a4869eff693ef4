import { z } from "zod";
import { defineEvent } from "./define-event";
import { id } from "./payloads";

const ofProductsComments = { topic: "comment.v1", key: (payload: { productId: string }) => payload.productId } as const;
const change = z.object({
  commentId: id,
  productId: id,
  authorId: id,
  parentId: id.optional(),
  parentAuthorId: id.optional(),
  rating: z.int().min(1).max(5).optional(),
  /** The beginning of the body, for a notification's text. */
  excerpt: z.string().optional(),
});

const commentEvent = (type: string) => defineEvent({ ...ofProductsComments, type, payload: change });
export const commentAdded = commentEvent("added");
export const commentEdited = commentEvent("edited");
export const commentDeleted = commentEvent("deleted");
export const commentHidden = commentEvent("hidden");
export const commentShown = commentEvent("shown");
export const commentLiked = defineEvent({
  ...ofProductsComments,
  type: "liked",
  payload: z.object({ commentId: id, productId: id, authorId: id, likerId: id }),
});
