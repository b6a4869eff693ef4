import { type Comment } from "./comment";

/** What a correct client can meet. */
export interface Problem {
  readonly code: "INVALID_INPUT" | "NOT_FOUND" | "VERSION_CONFLICT" | "IDEMPOTENCY_KEY_REUSED" | "ALREADY_REVIEWED";
  /** For a person: what is wrong and what to do. */
  readonly message: string;
  /** Into the arguments. */
  readonly path: string[];
}

/** What came of a change: the comment as it stands (null where the viewer has none such), and what kept it from being made. */
export type CommentOutcome =
  | { readonly ok: true; readonly comment: Comment | null; readonly productId: string | null }
  | { readonly ok: false; readonly comment: Comment | null; readonly errors: Problem[] };

export function done(comment: Comment | null): CommentOutcome {
  return { ok: true, comment, productId: comment?.productId ?? null };
}

export function refused(comment: Comment | null, ...errors: Problem[]): CommentOutcome {
  return { ok: false, comment, errors };
}

export function invalid(message: string, path: string[]): Problem {
  return { code: "INVALID_INPUT", message, path };
}

export function notFound(what: "comment" | "product", path: string[]): Problem {
  return { code: "NOT_FOUND", message: `There is no such ${what}.`, path };
}

export function versionConflict(current: number, path: string[]): Problem {
  const message = `The comment was changed meanwhile and is at version ${current}: read it again.`;
  return { code: "VERSION_CONFLICT", message, path };
}

export function keyReused(path: string[]): Problem {
  const message = "This key was sent before with another input: use a new one.";
  return { code: "IDEMPOTENCY_KEY_REUSED", message, path };
}

export function alreadyReviewed(path: string[]): Problem {
  return { code: "ALREADY_REVIEWED", message: "You have reviewed this product: edit your review instead.", path };
}
