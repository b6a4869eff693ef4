import { buildSchema, type DocumentNode, execute, type FormattedExecutionResult, parse, validate } from "graphql";
import { differences } from "../harness/answers";
import { type EngineUnderTest } from "../harness/engine";
import { buildSubgraph, composeWhatGoes } from "./composed-graph";
import { type CaseModel } from "./model";
import { type Operation, writeOperation } from "./operation";
import { type CallLog, resolveMonolith } from "./resolvers";
import { createStore } from "./store";

/** One operation whose answers differ, with all it takes to see it again. */
export interface Counterexample {
  readonly monolithSdl: string;
  readonly subgraphs: Readonly<Record<string, string>>;
  readonly operation: Operation;
  /** In Apollo's notation. */
  readonly plan: string;
  readonly differences: readonly string[];
  /** What sort of fault it is, so that shrinking does not slip from one fault into another. */
  readonly kind: string;
  readonly expected: FormattedExecutionResult;
  readonly actual: FormattedExecutionResult;
  readonly requests: readonly { subgraph: string; query: string; variables: unknown; answer: unknown }[];
}

export interface CheckedCase {
  readonly compared: number;
  /** Operations that were not valid, which is the generator's fault. */
  readonly invalid: number;
  /** Those that the planner finds too costly to plan, each by its text. */
  readonly refused: readonly string[];
  readonly counterexample: Counterexample | undefined;
}

/** Runs all operations of a case through engine and monolith, up to the first that differs. */
export async function checkCase(model: CaseModel): Promise<CheckedCase> {
  const found = composeWhatGoes(model);
  if (found === undefined) return { compared: 0, invalid: 0, refused: [], counterexample: undefined };
  const { split, graph } = found;
  const store = createStore(model, split);
  const monolith = buildSchema(split.monolithSdl);
  resolveMonolith(monolith, split, store);
  const schemas = new Map(
    Object.entries(split.subgraphs).map(([name, sdl]) => [name, buildSubgraph(name, sdl, split, store)]),
  );

  let log: CallLog = { calls: 0 };
  let requests: Counterexample["requests"][number][] = [];
  graph.send = async (subgraph, body) => {
    const { query, variables = {} } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
    const schema = schemas.get(subgraph);
    if (schema === undefined) throw new Error(`No such subgraph: ${subgraph}`);
    const document = parse(query);
    const errors = validate(schema, document);
    const answer =
      errors.length > 0
        ? { errors }
        : await execute({ schema, document, variableValues: variables, contextValue: log });
    const sent = JSON.parse(JSON.stringify(answer)) as FormattedExecutionResult;
    requests.push({ subgraph, query, variables, answer: structuredClone(sent) });
    return { ok: true, answer: sent };
  };

  let compared = 0;
  let invalid = 0;
  const refused: string[] = [];
  for (const operationModel of model.operations) {
    const operation = writeOperation(operationModel, monolith);
    const document = parse(operation.text);
    if (validate(monolith, document).length > 0) {
      invalid += 1;
      continue;
    }
    const expected = JSON.parse(
      JSON.stringify(
        await execute({ schema: monolith, document, variableValues: operation.variables, contextValue: { calls: 0 } }),
      ),
    ) as FormattedExecutionResult;
    log = { calls: 0 };
    requests = [];
    const { actual, thrown } = await runSafely(graph.engine, document, operation.variables);
    if (isRefusal(thrown) || actual.errors?.some(isRefusal) === true) {
      refused.push(operation.text);
      continue;
    }
    compared += 1;
    const differing = thrown === undefined ? differences(expected, actual) : [describeThrown(thrown)];
    if (differing.length > 0) {
      const plan = describeSafely(() => graph.engine.plan(document, operation.variables));
      const { monolithSdl, subgraphs } = split;
      const counterexample = {
        monolithSdl,
        subgraphs,
        operation,
        plan,
        differences: differing,
        kind: thrown === undefined ? kindOf(expected, actual) : describeThrown(thrown).slice(0, 40),
        expected,
        actual,
        requests,
      };
      return { compared, invalid, refused, counterexample };
    }
  }
  return { compared, invalid, refused, counterexample: undefined };
}

async function runSafely(
  engine: EngineUnderTest,
  document: DocumentNode,
  variables: Operation["variables"],
): Promise<{ readonly actual: FormattedExecutionResult; readonly thrown: unknown }> {
  try {
    return { actual: await engine.run(document, variables), thrown: undefined };
  } catch (error) {
    return { actual: {}, thrown: error };
  }
}

function describeSafely(describe: () => string): string {
  try {
    return describe();
  } catch (error) {
    return String(error);
  }
}

function kindOf(expected: FormattedExecutionResult, actual: FormattedExecutionResult): string {
  return JSON.stringify(expected.data) === JSON.stringify(actual.data) ? "errors" : "data";
}

function describeThrown(thrown: unknown): string {
  return `thrown: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`;
}

function isRefusal(error: unknown): boolean {
  const { extensions } = (error ?? {}) as { extensions?: Record<string, unknown> };
  return extensions?.["code"] === "TOO_COMPLEX";
}
