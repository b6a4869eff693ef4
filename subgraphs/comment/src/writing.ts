import { type Viewer } from "@shop/auth";
import { forbidden } from "@shop/graphql-errors";
import { createId } from "@shop/ids";
import { inTransaction } from "@shop/postgres";
import { countedRating, type Comment, seenBy } from "./comment";
import { lockComment, lockThread } from "./comments";
import { type Database, type Tx } from "./database";
import { tellOfComment } from "./events";
import { claimKey, type ClientKey, withdrawKey } from "./idempotency";
import {
  alreadyReviewed,
  type CommentOutcome,
  done,
  invalid,
  keyReused,
  notFound,
  type Problem,
  refused,
  versionConflict,
} from "./outcome";
import { isPublished } from "./products";
import { moveRating } from "./ratings";
import { checkBody, checkIdempotencyKey, checkRating } from "./text-rules";

export interface ReviewInput {
  readonly productId: string;
  readonly rating: number;
  readonly body: string;
  readonly idempotencyKey: string;
}

export interface ReplyInput {
  readonly parentId: string;
  readonly body: string;
  readonly idempotencyKey: string;
}

export interface CommentEdit {
  readonly rating?: number | null;
  readonly body?: string | null;
  readonly expectedVersion?: number | null;
}

export interface Writing {
  /** Reviews a published product, once per viewer and product. */
  review(viewer: Viewer, input: ReviewInput): Promise<CommentOutcome>;
  reply(viewer: Viewer, input: ReplyInput): Promise<CommentOutcome>;
  /** Changes a comment of the viewer's own; what changes nothing is no edit. @throws FORBIDDEN where it is another's */
  edit(viewer: Viewer, id: string, edit: CommentEdit): Promise<CommentOutcome>;
}

const keyPath = ["input", "idempotencyKey"];
const bodyPath = ["input", "body"];
const ratingPath = ["input", "rating"];

export function createWriting({ db }: { db: Database }): Writing {
  /** Writes a comment once for a key, and answers with that one, as it now stands, when it is called again. */
  function once(
    key: ClientKey,
    input: unknown,
    write: (tx: Tx, id: string, at: Date) => Promise<CommentOutcome>,
  ): Promise<CommentOutcome> {
    return inTransaction(db, async (tx) => {
      const at = new Date();
      const id = createId("cmt", at.getTime());
      const claim = await claimKey(tx, key, input, id);
      if (claim.state === "REUSED") return refused(null, keyReused(keyPath));
      if (claim.state === "KNOWN") return done(await tx.comment.findUnique({ where: { id: claim.commentId } }));
      const outcome = await write(tx, id, at);
      if (!outcome.ok) await withdrawKey(tx, key);
      return outcome;
    });
  }

  return {
    review: async ({ userId: authorId }, { productId, rating, body, idempotencyKey }) => {
      const errors = [
        ...checkRating(rating, ["input", "rating"]),
        ...checkBody(body, bodyPath),
        ...checkIdempotencyKey(idempotencyKey, keyPath),
      ];
      if (errors.length > 0) return refused(null, ...errors);
      const key: ClientKey = { viewerId: authorId, mutation: "addReview", key: idempotencyKey };
      return once(key, [productId, rating, body], async (tx, id, at) => {
        const path = ["input", "productId"];
        if (!(await isPublished(tx, productId))) return refused(null, notFound("product", path));
        const [review] = await tx.comment.createManyAndReturn({
          data: { id, rootId: id, productId, authorId, rating, body, createdAt: at },
          skipDuplicates: true, // waits for one that is being written, and is none if that comes to stand
        });
        if (review === undefined) {
          const earlier = await tx.comment.findFirst({ where: { authorId, productId, parentId: null } });
          return refused(earlier, alreadyReviewed(path));
        }
        await moveRating(tx, productId, null, rating);
        await tellOfComment(tx, "added", review);
        return done(review);
      });
    },

    reply: async (viewer, { parentId, body, idempotencyKey }) => {
      const errors = [...checkBody(body, bodyPath), ...checkIdempotencyKey(idempotencyKey, keyPath)];
      if (errors.length > 0) return refused(null, ...errors);
      const { userId: authorId } = viewer;
      const key: ClientKey = { viewerId: authorId, mutation: "replyToComment", key: idempotencyKey };
      return once(key, [parentId, body], async (tx, id, at) => {
        const parent = seenBy(viewer, await lockThread(tx, parentId));
        if (parent === null) return refused(null, notFound("comment", ["input", "parentId"]));
        const { productId, rootId } = parent;
        const reply = await tx.comment.create({
          data: { id, rootId, parentId, productId, authorId, body, createdAt: at },
        });
        await tellOfComment(tx, "added", reply);
        return done(reply);
      });
    },

    edit: (viewer, id, edit) =>
      inTransaction(db, async (tx) => {
        const comment = seenBy(viewer, await lockComment(tx, id));
        if (comment === null) return refused(null, notFound("comment", ["id"]));
        if (comment.authorId !== viewer.userId) throw forbidden("Only its author can change a comment.");
        const errors = checkEdit(comment, edit);
        if (errors.length > 0) return refused(comment, ...errors);
        const { body, rating } = { body: edit.body ?? comment.body, rating: edit.rating ?? comment.rating };
        if (body === comment.body && rating === comment.rating) return done(comment);
        const edited = await tx.comment.update({
          where: { id },
          data: { body, rating, version: { increment: 1 }, editedAt: new Date() },
        });
        await moveRating(tx, comment.productId, countedRating(comment), countedRating(edited));
        await tellOfComment(tx, "edited", edited);
        return done(edited);
      }),
  };
}

/** What is wrong with an edit of this comment. */
function checkEdit(comment: Comment, { rating, body, expectedVersion }: CommentEdit): Problem[] {
  const isReview = comment.parentId === null;
  return [
    ...(typeof rating === "number" ? checkRating(rating, ratingPath) : []),
    ...(typeof rating === "number" && !isReview ? [invalid("A reply has no rating.", ratingPath)] : []),
    ...(rating === null && isReview ? [invalid("A review keeps a rating.", ratingPath)] : []),
    ...(typeof body === "string" ? checkBody(body, bodyPath) : []),
    ...(body === null ? [invalid("A comment keeps a text: delete it instead.", bodyPath)] : []),
    ...(typeof expectedVersion === "number" && expectedVersion !== comment.version
      ? [versionConflict(comment.version, ["input", "expectedVersion"])]
      : []),
  ];
}
