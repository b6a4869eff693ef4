import { type z } from "zod";

/** What a correct client can meet in this service; the names are those of the public contract. */
export type ProblemCode =
  | "INVALID_INPUT"
  | "NOT_FOUND"
  | "VERSION_CONFLICT"
  | "IDEMPOTENCY_KEY_REUSED"
  | "EMAIL_TAKEN"
  | "INVALID_CREDENTIALS"
  | "INVALID_TOKEN"
  | "WEAK_PASSWORD"
  | "UNSUPPORTED_IMAGE"
  | "IMAGE_TOO_LARGE";

// A type and not an interface: outcomes are kept as JSON, and only a type is known to be that.
export type Problem = {
  readonly code: ProblemCode;
  /** For a person: what is wrong and what to do. */
  readonly message: string;
  /** Into the input of the use case. */
  readonly path: string[];
};

export type Refusal = { readonly ok: false; readonly problems: Problem[] };

/** What only waiting mends. */
export type Throttled = { readonly ok: false; readonly retryAfterSeconds: number };

export function refuse(code: ProblemCode, message: string, path: string[] = []): Refusal {
  return { ok: false, problems: [{ code, message, path }] };
}

/** What zod found wrong with an input, one problem each. */
export function toProblems(error: z.ZodError): Problem[] {
  return error.issues.map((issue) => ({
    code: "INVALID_INPUT",
    message: issue.message,
    path: issue.path.map((step) => String(step)),
  }));
}
