/** What can be wrong for a correct client; the codes are the public contract's. */
export type ProblemCode =
  | "INVALID_INPUT"
  | "NOT_FOUND"
  | "VERSION_CONFLICT"
  | "IDEMPOTENCY_KEY_REUSED"
  | "IDEMPOTENCY_IN_PROGRESS"
  | "SLUG_TAKEN"
  | "CATEGORY_NOT_EMPTY"
  | "CURRENCY_MISMATCH"
  | "INSUFFICIENT_STOCK"
  | "UNSUPPORTED_IMAGE"
  | "IMAGE_TOO_LARGE";

export interface Problem {
  readonly code: ProblemCode;
  /** For a person: what is wrong and what to do. */
  readonly message: string;
  /** Into the arguments. */
  readonly path: string[];
}

export interface Refused {
  readonly ok: false;
  readonly problems: Problem[];
}

export function refused(...problems: Problem[]): Refused {
  return { ok: false, problems };
}

export function invalid(message: string, ...path: string[]): Problem {
  return { code: "INVALID_INPUT", message, path };
}

export function notFound(what: "product" | "category" | "upload" | "image", ...path: string[]): Refused {
  return refused({ code: "NOT_FOUND", message: `There is no such ${what}.`, path });
}

export function versionConflict(current: number): Refused {
  const message = `Somebody changed it meanwhile: read version ${current} and make the change again.`;
  return refused({ code: "VERSION_CONFLICT", message, path: ["input", "expectedVersion"] });
}

export function slugTaken(slug: string): Problem {
  return { code: "SLUG_TAKEN", message: `\`${slug}\` is taken: choose another.`, path: ["input", "slug"] };
}

export function keyReused(): Refused {
  const message = "This key was sent before with another input: use a new one.";
  return refused({ code: "IDEMPOTENCY_KEY_REUSED", message, path: ["input", "idempotencyKey"] });
}
