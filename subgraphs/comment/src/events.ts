import {
  commentAdded,
  commentDeleted,
  commentEdited,
  commentHidden,
  commentLiked,
  commentShown,
} from "@shop/event-contracts";
import { appendToOutbox } from "@shop/messaging";
import { type Comment } from "./comment";
import { type Tx } from "./database";

const changes = {
  added: commentAdded,
  edited: commentEdited,
  deleted: commentDeleted,
  hidden: commentHidden,
  shown: commentShown,
};

const excerptLength = 140;
// An excerpt stands in a sentence of somebody else's, which these would turn round: the end that closes them may be cut off.
const directionMarks = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Tells of a change of a comment, in the transaction of the change.
 * @param comment as it stands after it, or before it where that is a deletion
 */
export async function tellOfComment(tx: Tx, change: keyof typeof changes, comment: Comment): Promise<void> {
  const { id: commentId, productId, parentId, rating } = comment;
  await appendToOutbox(tx, changes[change], {
    commentId,
    productId,
    authorId: authorOf(comment),
    parentId: parentId ?? undefined,
    parentAuthorId: parentId === null ? undefined : await authorById(tx, parentId),
    rating: rating ?? undefined,
    // What its author took back is told no more.
    excerpt: change === "deleted" ? undefined : toExcerpt(comment.body),
  });
}

/** Tells of a like, in the transaction that notes it. */
export async function tellOfLike(tx: Tx, comment: Comment, likerId: string): Promise<void> {
  const { id: commentId, productId } = comment;
  await appendToOutbox(tx, commentLiked, { commentId, productId, authorId: authorOf(comment), likerId });
}

function authorOf({ id, authorId }: Comment): string {
  if (authorId === null) throw new Error(`comment ${id} is deleted: nothing happens to it any more`);
  return authorId;
}

/** Nobody where the comment is deleted. */
async function authorById(tx: Tx, id: string): Promise<string | undefined> {
  const found = await tx.comment.findUnique({ where: { id }, select: { authorId: true } });
  return found?.authorId ?? undefined;
}

/** The beginning of a text on one line, whole characters only. */
function toExcerpt(body: string): string {
  const characters = Array.from(body.replaceAll(directionMarks, "").trim().replaceAll(/\s+/g, " "));
  return characters.length <= excerptLength
    ? characters.join("")
    : `${characters.slice(0, excerptLength - 1).join("")}…`;
}
