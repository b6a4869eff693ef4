import * as fc from "fast-check";
import { checkCase, type Counterexample } from "./check";
import { anyCase, type CaseModel } from "./model";
import { describeCounterexample } from "./report";

export interface PropertyOptions {
  readonly seed: number;
  /** Cases to try, each a schema, a split, data and a few operations. */
  readonly runs: number;
  /** What cases are made by; any where not given. */
  readonly cases?: fc.Arbitrary<CaseModel>;
  /** To a case that is already shrunk, as an earlier run printed it. */
  readonly path?: string;
  /** How long to go on shrinking what differs; as long as it takes where not given. */
  readonly maxShrinkMs?: number;
  readonly onProgress?: (cases: number) => void;
  /** Called with the first that differs, before it is shrunk. */
  readonly onFound?: (differences: readonly string[]) => void;
}

export interface PropertyResult {
  /** Operations that were run through engine and monolith. */
  readonly compared: number;
  /** Operations that the generator wrote and that were not valid. */
  readonly invalid: number;
  /** Those that the engine refused to plan, as too costly. */
  readonly refused: readonly string[];
  /** What differs, shrunk, in full and in words; undefined where nothing does. */
  readonly failure: { readonly path: string; readonly text: string } | undefined;
}

/** Tries that engine and monolith answer alike, on cases that follow from the seed alone. */
export async function tryProperty({
  seed,
  runs,
  cases: arbitrary = anyCase,
  path = "",
  maxShrinkMs = Infinity,
  onProgress,
  onFound,
}: PropertyOptions): Promise<PropertyResult> {
  let compared = 0;
  let invalid = 0;
  const refused: string[] = [];
  let cases = 0;
  let last: Counterexample | undefined;
  let shrinkUntilMs = Infinity;
  const property = fc.asyncProperty(arbitrary, async (model) => {
    if (Date.now() > shrinkUntilMs) return;
    const checked = await checkCase(model);
    compared += checked.compared;
    invalid += checked.invalid;
    refused.push(...checked.refused);
    cases += 1;
    onProgress?.(cases);
    if (checked.counterexample === undefined) return;
    if (last === undefined) {
      shrinkUntilMs = Date.now() + maxShrinkMs;
      onFound?.(checked.counterexample.differences);
    } else if (last.kind !== checked.counterexample.kind) return;
    last = checked.counterexample;
    throw new Error(last.differences.join("\n"));
  });
  const result = await fc.check(property, { seed, numRuns: runs, path });
  if (!result.failed) return { compared, invalid, refused, failure: undefined };
  const text = last === undefined ? String(result.errorInstance) : describeCounterexample(last);
  return { compared, invalid, refused, failure: { path: result.counterexamplePath ?? "", text } };
}
