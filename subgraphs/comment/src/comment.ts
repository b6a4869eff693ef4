import { type Viewer } from "@shop/auth";
import { type Comment, type CommentVisibility } from "./generated/prisma/client";

/** A review, a reply, or the empty row that is left of one that was deleted while it had replies. */
export type { Comment, CommentVisibility };

export function isStaff(viewer: Viewer | null): boolean {
  return viewer !== null && viewer.role !== "CUSTOMER";
}

/** Everyone sees what is VISIBLE; the rest its author and STAFF do. */
export function mayRead(viewer: Viewer | null, { visibility, authorId }: Comment): boolean {
  return visibility === "VISIBLE" || isStaff(viewer) || (viewer !== null && viewer.userId === authorId);
}

/** A comment as far as the viewer may know of it. */
export function seenBy(viewer: Viewer, comment: Comment | null): Comment | null {
  return comment !== null && mayRead(viewer, comment) ? comment : null;
}

/** What a comment adds to the ratings of its product: a review that everyone sees adds its rating, anything else nothing. */
export function countedRating({ visibility, rating }: Pick<Comment, "visibility" | "rating">): number | null {
  return visibility === "VISIBLE" ? rating : null;
}
