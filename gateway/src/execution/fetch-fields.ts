import { type FetchOfFields } from "./compile-fetches";
import { locateObjects, visitObjects } from "./entity-path";
import { clone, isObject, type JsonObject, mergeKeys } from "./merge";
import { type Reason } from "./outcome";
import { leaveGap, type Run, variablesText } from "./run";
import { type SubgraphAnswer } from "./subgraph-client";
import { broken, readSubgraphErrors, type SubgraphError, unavailable } from "./subgraph-errors";

/** Fetches root fields, and fields that every object at a path has alike. */
export async function fetchFields(fetch: FetchOfFields, run: Run): Promise<void> {
  const { subgraph, path, isMutation } = fetch;
  const targets: JsonObject[] = [];
  visitObjects(run.data, path, (object) => targets.push(object));
  if (targets.length === 0) return;
  const body = `${fetch.head}${variablesText(run, fetch.variableNames)}}}`;
  const outcome = await run.clientOf(subgraph).send({ body, isMutation }, run.context);
  if (!outcome.ok) {
    leaveGaps(unavailable(subgraph), targets, fetch, run);
    return;
  }
  takeFields(fetch, outcome.answer, targets, run);
}

/** Takes over what was answered for fields of one or more objects. */
export function takeFields(
  fetch: Pick<FetchOfFields, "subgraph" | "keys" | "path" | "rewrite">,
  answer: SubgraphAnswer,
  targets: readonly JsonObject[],
  run: Run,
): void {
  const { subgraph, keys, path, rewrite } = fetch;
  const data = isObject(answer.data) ? answer.data : undefined;
  rewrite?.(data);
  for (const [index, target] of targets.entries()) {
    if (data !== undefined) mergeKeys(target, index === 0 ? data : clone(data), keys);
  }
  const errors = readSubgraphErrors(subgraph, answer);
  if (errors.length > 0) {
    const places = [...locateObjects(run.data, path).values()].flat();
    const [firstKey = ""] = keys;
    for (const { message, extensions, path: below } of errors) {
      for (const place of places) run.errors.push({ message, extensions, path: [...place, ...(below ?? [firstKey])] });
    }
  }
  if (data === undefined) leaveGaps(errors[0] ?? broken(subgraph), targets, fetch, run);
}

function leaveGaps(
  { message, extensions }: SubgraphError,
  targets: readonly JsonObject[],
  { keys }: Pick<FetchOfFields, "keys">,
  run: Run,
): void {
  const reason: Reason = { kind: "FAILED", scope: "FETCH", message, extensions };
  for (const target of targets) leaveGap(run, target, keys, reason);
}
