import { rateLimited, serviceUnavailable } from "@shop/graphql-errors";
import { type Context } from "../context";
import { type UserRow } from "../database";
import { type Problem, type Refusal, type Throttled } from "../problem";
import { type LogoutOutcome, type SignedIn } from "../sessions";

// The uploads of a day are counted from each.
const tooManyRetryAfterSeconds = 3_600;

/** Problems as the API tells them. @param argument the name of the argument that their paths lead into, if it is one */
export function toErrors(outcome: { ok: true } | Refusal, argument?: string): Problem[] {
  if (outcome.ok) return [];
  const prefix = argument === undefined ? [] : [argument];
  return outcome.problems.map((problem) => ({ ...problem, path: [...prefix, ...problem.path] }));
}

/** @throws SERVICE_UNAVAILABLE or RATE_LIMITED for what no client can mend but by waiting */
export function requireImages<Outcome extends object>(outcome: Outcome): Exclude<Outcome, { reason: string }> {
  if (!("reason" in outcome)) return outcome as Exclude<Outcome, { reason: string }>;
  throw outcome.reason === "TOO_MANY" ? rateLimited(tooManyRetryAfterSeconds) : serviceUnavailable("The image store");
}

/** @throws RATE_LIMITED for what only waiting mends */
function requireUnthrottled<Outcome extends object>(outcome: Outcome): Exclude<Outcome, Throttled> {
  if ("retryAfterSeconds" in outcome) throw rateLimited(outcome.retryAfterSeconds as number);
  return outcome as Exclude<Outcome, Throttled>;
}

/** Whoever signs in reads the answer to it as themselves. */
export async function toAuthPayload(given: SignedIn | Refusal | Throttled, context: Context, argument?: string) {
  const outcome = requireUnthrottled(given);
  const errors = toErrors(outcome, argument);
  if (!outcome.ok) return { user: null, tokens: null, errors };
  context.reader = outcome.viewer;
  return { user: await readAfresh(outcome.viewer.userId, context), tokens: outcome.tokens, errors };
}

export function toLogoutPayload(outcome: LogoutOutcome) {
  return { revokedSessions: outcome.ok ? outcome.revokedSessions : 0, errors: toErrors(outcome) };
}

export function toRequestPayload(given: { readonly ok: true } | Refusal | Throttled) {
  const outcome = requireUnthrottled(given);
  return { accepted: outcome.ok, errors: toErrors(outcome) };
}

/** A user as they stand after a mutation, whatever the request read of them before. */
export function readAfresh(userId: string, { loaders }: Context): Promise<UserRow | null> {
  loaders.clear();
  return loaders.userById.load(userId);
}
