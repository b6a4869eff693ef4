import { serviceUnavailable } from "@shop/graphql-errors";
import { type CategoryOutcome } from "../categories";
import { type CategoryRecord } from "../category-model";
import { type ImageOutcome } from "../images";
import { type Problem } from "../problems";
import { type ProductRecord } from "../product-model";

export function toProductPayload(outcome: ImageOutcome): { product: ProductRecord | null; errors: Problem[] } {
  if (outcome.ok) return { product: outcome.product, errors: [] };
  return { product: null, errors: problemsOf(outcome) };
}

export function toCategoryPayload(outcome: CategoryOutcome): { category: CategoryRecord | null; errors: Problem[] } {
  return outcome.ok ? { category: outcome.category, errors: [] } : { category: null, errors: outcome.problems };
}

/** @throws SERVICE_UNAVAILABLE where the image store does not answer: an outage, which no client can mend */
export function problemsOf(
  failure: { ok: false; problems: Problem[] } | { ok: false; reason: "IMAGE_STORE_UNAVAILABLE" },
): Problem[] {
  if ("reason" in failure) throw serviceUnavailable("The image store");
  return failure.problems;
}
