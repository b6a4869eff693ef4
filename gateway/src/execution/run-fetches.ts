import { type RequestContext } from "../request-context";
import { type CompiledFetch, type FetchOfFields } from "./compile-fetches";
import { type SharedSlots } from "./entity-targets";
import { fetchEntities } from "./fetch-entities";
import { clone, isObject, type JsonObject, mergeInto } from "./merge";
import { locateObjects, visitObjects } from "./entity-path";
import { type FetchError, type Reason } from "./outcome";
import { type SubgraphAnswer, type SubgraphClient } from "./subgraph-client";
import { broken, readSubgraphErrors, type SubgraphError, unavailable } from "./subgraph-errors";

export interface RunRequest {
  /** As the client gave them. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
}

/** One run of an operation's fetches, and what they have brought so far. */
export interface Run extends RunRequest, RunDeps {
  readonly data: JsonObject;
  readonly errors: FetchError[];
  readonly gaps: Map<object, Map<string, Reason>>;
  readonly shared: SharedSlots;
  /** The JSON of the variables that a fetch uses, without braces. */
  variablesText(names: readonly string[]): string;
  leaveGap(object: object, keys: readonly string[], reason: Reason): void;
}

/** What a run asks of the gateway around it. */
export interface RunDeps {
  clientOf(subgraph: string): SubgraphClient;
  /** Whether a type's objects say exactly what they are. */
  isConcrete(typeName: unknown): boolean;
}

export function createRun({ variables, context }: RunRequest, deps: RunDeps): Run {
  const gaps = new Map<object, Map<string, Reason>>();
  return {
    ...deps,
    variables,
    context,
    gaps,
    data: {},
    errors: [],
    shared: new Map(),
    variablesText: (names) =>
      names
        .filter((name) => Object.hasOwn(variables, name) && variables[name] !== undefined)
        .map((name) => `${JSON.stringify(name)}:${JSON.stringify(variables[name])}`)
        .join(),
    leaveGap: (object, keys, reason) => {
      const known = gaps.get(object) ?? new Map<string, Reason>();
      for (const key of keys) if (!known.has(key)) known.set(key, reason);
      gaps.set(object, known);
    },
  };
}

/** Runs fetches, each as soon as those are done that it comes after. Nothing that a subgraph does makes it throw. */
export async function runFetches(fetches: readonly CompiledFetch[], run: Run): Promise<void> {
  const done: Promise<void>[] = [];
  for (const fetch of fetches) {
    const before = fetch.after.flatMap((index) => done[index] ?? []);
    done.push(before.length === 0 ? start(fetch, run) : Promise.all(before).then(() => start(fetch, run)));
  }
  await Promise.all(done);
}

function start(fetch: CompiledFetch, run: Run): Promise<void> {
  return fetch.kind === "FIELDS" ? fetchFields(fetch, run) : fetchEntities(fetch, run);
}

async function fetchFields(fetch: FetchOfFields, run: Run): Promise<void> {
  const { subgraph, path, isMutation } = fetch;
  const targets: JsonObject[] = [];
  visitObjects(run.data, path, (object) => targets.push(object));
  if (targets.length === 0) return;
  const body = `${fetch.head}${run.variablesText(fetch.variableNames)}}}`;
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
    if (data !== undefined) mergeInto(target, index === 0 ? data : clone(data));
  }
  const errors = readSubgraphErrors(subgraph, answer);
  if (errors.length > 0) {
    const places = [...locateObjects(run.data, path).values()].flat();
    const [firstKey = ""] = keys;
    for (const { message, extensions, path: below } of errors) {
      if (below === undefined && data === undefined) continue; // told by the gaps
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
  for (const target of targets) run.leaveGap(target, keys, reason);
}
