import { createHistogram, type Distribution, observeLevel } from "@shop/telemetry";

/** What came of a call: "spared" where the breaker let none be made. */
export type CallOutcome = "answered" | "errors" | "unavailable" | "abandoned" | "spared";

const outcomes: readonly CallOutcome[] = ["answered", "errors", "unavailable", "abandoned", "spared"];

export interface SubgraphMetrics {
  /** @param startedAtMs by performance.now() */
  noteCall(outcome: CallOutcome, startedAtMs: number): void;
  /** Withdraws what is told of the subgraph now. */
  withdraw(): void;
}

/** Measures the calls to one subgraph, and tells whether it is left alone. */
export function createSubgraphMetrics(subgraph: string, isLeftAlone: () => boolean): SubgraphMetrics {
  const durations = createHistogram("shop.subgraph.call.duration", {
    description: "Calls to a subgraph by what came of them, and how long they took",
    unit: "s",
  });
  const byOutcome = Object.fromEntries(
    outcomes.map((outcome) => [outcome, durations.of({ subgraph, outcome })]),
  ) as Record<CallOutcome, Distribution>;
  const breaker = { description: "1 while a failing subgraph is left alone", unit: "1", attributes: { subgraph } };
  return {
    noteCall: (outcome, startedAtMs) => byOutcome[outcome].record((performance.now() - startedAtMs) / 1_000),
    withdraw: observeLevel("shop.subgraph.breaker.open", breaker, () => (isLeftAlone() ? 1 : 0)),
  };
}
