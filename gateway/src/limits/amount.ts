import { type ArgumentSizes, type Variables } from "./argument-sizes";

/** One run of an operation's cost: what its arguments came to is worked out once, and looked at in several places. */
export interface Evaluation {
  readonly variables: Variables;
  readonly measured: Map<unknown, ArgumentSizes>;
}

/** Points or a size: known beforehand, or only with the variables. */
export type Amount = number | ((evaluation: Evaluation) => number);

/** As flat as it comes, so that evaluating it recurses no deeper than the operation. */
export function total(amounts: readonly Amount[]): Amount {
  let known = 0;
  const unknown: Exclude<Amount, number>[] = [];
  for (const amount of amounts) {
    if (typeof amount === "number") known += amount;
    else unknown.push(amount);
  }
  if (unknown.length === 0) return known;
  return (evaluation) => unknown.reduce((sum, amount) => sum + amount(evaluation), known);
}

export function multiply(one: Amount, other: Amount): Amount {
  if (one === 1) return other;
  if (typeof one === "number" && typeof other === "number") return one * other;
  return (evaluation) => valueOf(one, evaluation) * valueOf(other, evaluation);
}

export function larger(one: Amount, other: Amount): Amount {
  if (typeof one === "number" && typeof other === "number") return Math.max(one, other);
  return (evaluation) => Math.max(valueOf(one, evaluation), valueOf(other, evaluation));
}

function valueOf(amount: Amount, evaluation: Evaluation): number {
  return typeof amount === "number" ? amount : amount(evaluation);
}
