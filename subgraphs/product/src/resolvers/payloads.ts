import { rateLimited, serviceUnavailable } from "@shop/graphql-errors";
import { type ImagesUnavailable } from "@shop/images";
import { type CategoryOutcome } from "../categories";
import { type CategoryRecord } from "../category-model";
import { type ImageOutcome } from "../images";
import { type Problem, type Refused } from "../problems";
import { type ProductRecord } from "../product-model";

// The uploads of a day are counted from each.
const tooManyRetryAfterSeconds = 3_600;

export function toProductPayload(outcome: ImageOutcome): { product: ProductRecord | null; errors: Problem[] } {
  if (outcome.ok) return { product: outcome.product, errors: [] };
  return { product: null, errors: problemsOf(outcome) };
}

export function toCategoryPayload(outcome: CategoryOutcome): { category: CategoryRecord | null; errors: Problem[] } {
  return outcome.ok ? { category: outcome.category, errors: [] } : { category: null, errors: outcome.problems };
}

/** @throws SERVICE_UNAVAILABLE or RATE_LIMITED for what no client can mend but by waiting */
export function problemsOf(failure: Refused | ImagesUnavailable | { ok: false; reason: "TOO_MANY" }): Problem[] {
  if ("reason" in failure) {
    throw failure.reason === "TOO_MANY" ? rateLimited(tooManyRetryAfterSeconds) : serviceUnavailable("The image store");
  }
  return failure.problems;
}
