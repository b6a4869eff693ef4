import { type EntityLookup, type FetchOfEntities } from "./compile-fetches";
import { type CollectedTargets, collectTargets } from "./entity-targets";
import { isObject } from "./merge";
import { type Reason } from "./outcome";
import { type EntityAnswer, type Run, type Slot, variablesText } from "./run";
import { type SubgraphAnswer } from "./subgraph-client";
import { broken, readSubgraphErrors, type SubgraphError, unavailable } from "./subgraph-errors";
import { takeEntities } from "./take-entities";

/** Fetches what a subgraph knows of entities, each asked for once however often it stands in the data. */
export async function fetchEntities(fetch: FetchOfEntities, run: Run): Promise<void> {
  let finish = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const collected = fetch.lookups.map((lookup) => collectTargets(lookup, answered, run));
  try {
    await ask(fetch, collected, run);
  } finally {
    finish();
  }
  for (const each of collected) {
    for (const lent of each.borrowed) await lent.answered;
    takeEntities(each, run);
  }
}

async function ask(fetch: FetchOfEntities, collected: readonly CollectedTargets[], run: Run): Promise<void> {
  const asking = collected.filter(({ asked }) => asked.length > 0);
  const [first, ...others] = asking;
  if (first === undefined) return;
  if (others.length === 0) return askAlone(fetch, first, run);

  const representations = collected.map(({ lookup, asked }) => toVariable(lookup.variable, asked));
  const answer = await send(fetch, fetch.head, [variablesText(run, fetch.variableNames), ...representations], run);
  if (answer !== unanswered && !isObject(answer.data)) {
    // One lookup may have spoilt the answer of all.
    await Promise.all(asking.map((each) => askAlone(fetch, each, run)));
    return;
  }
  for (const { lookup, asked } of asking) readAnswer(fetch.subgraph, lookup, lookup.responseKey, asked, answer);
}

async function askAlone(fetch: FetchOfEntities, { lookup, asked }: CollectedTargets, run: Run): Promise<void> {
  const variables = [variablesText(run, lookup.variableNames), toVariable("representations", asked)];
  const answer = await send(fetch, lookup.aloneHead, variables, run);
  readAnswer(fetch.subgraph, lookup, "_entities", asked, answer);
}

/** The subgraph could not be reached, in time or at all. */
const unanswered: SubgraphAnswer = {};

async function send(
  { subgraph }: FetchOfEntities,
  head: string,
  variables: readonly string[],
  run: Run,
): Promise<SubgraphAnswer> {
  const body = `${head}${variables.filter((text) => text !== "").join()}}}`;
  const outcome = await run.clientOf(subgraph).send({ body, isMutation: false }, run.context);
  return outcome.ok ? outcome.answer : unanswered;
}

function toVariable(name: string, slots: readonly Slot[]): string {
  return `${JSON.stringify(name)}:[${slots.map(({ representation }) => representation).join()}]`;
}

/** Gives each slot its part of an answer, and of the errors in it. */
function readAnswer(
  subgraph: string,
  lookup: EntityLookup,
  responseKey: string,
  slots: readonly Slot[],
  answer: SubgraphAnswer,
): void {
  const errors = answer === unanswered ? [unavailable(subgraph)] : readSubgraphErrors(subgraph, answer);
  const own = errors.filter(({ path }) => path === undefined || path[0] === responseKey);
  const entities: unknown = answer.data?.[responseKey];
  if (!Array.isArray(entities) || entities.length !== slots.length) {
    const reason = toReason(own[0] ?? errors[0] ?? broken(subgraph), "FETCH");
    for (const slot of slots) slot.answer = { entity: null, reason, errors: [] };
    return;
  }
  lookup.rewrite?.(entities);
  const errorsAt = new Map<number, SubgraphError[]>();
  for (const error of own) {
    // An error about all of it, or about none of them, is told where the first entity is.
    const at = error.path?.[1];
    const index = typeof at === "number" && at < slots.length ? at : 0;
    const known = errorsAt.get(index);
    if (known === undefined) errorsAt.set(index, [error]);
    else known.push(error);
  }
  for (const [index, slot] of slots.entries()) {
    slot.answer = readEntity(subgraph, entities[index], errorsAt.get(index) ?? []);
  }
}

function readEntity(subgraph: string, entity: unknown, errors: readonly SubgraphError[]): EntityAnswer {
  if (isObject(entity)) return { entity, errors };
  const [first] = entity === null ? errors : [broken(subgraph)];
  return { entity: null, errors, reason: first === undefined ? { kind: "UNKNOWN_ENTITY" } : toReason(first, "ENTITY") };
}

function toReason({ message, extensions }: SubgraphError, scope: "FETCH" | "ENTITY"): Reason {
  return { kind: "FAILED", scope, message, extensions };
}
