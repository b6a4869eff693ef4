/** Something that a correct client can meet, as a payload's `errors` tells it. */
export interface Problem {
  readonly code: "INVALID_INPUT" | "NOT_FOUND" | "IDEMPOTENCY_KEY_REUSED";
  readonly message: string;
  /** Into the arguments. */
  readonly path: string[];
}
