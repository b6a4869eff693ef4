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
  readonly counterexample: Counterexample | undefined;
}

/** Runs all operations of a case through engine and monolith, up to the first that differs. */
export async function checkCase(model: CaseModel): Promise<CheckedCase> {
  const found = composeWhatGoes(model);
  if (found === undefined) return { compared: 0, invalid: 0, counterexample: undefined };
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
  for (const operationModel of model.operations) {
    if (process.env["EX_NOMUT"] && operationModel.isMutation) continue;
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
    compared += 1;
    const differing = thrown === undefined ? differences(expected, actual) : [`thrown: ${thrown}`];
    if (differing.length > 0) {
      const plan = describeSafely(() => graph.engine.plan(document));
      const { monolithSdl, subgraphs } = split;
      const counterexample = {
        monolithSdl,
        subgraphs,
        operation,
        plan,
        differences: differing,
        kind: thrown?.slice(0, 40) ?? kindOf(expected, actual),
        expected,
        actual,
        requests,
      };
      return { compared, invalid, counterexample };
    }
  }
  return { compared, invalid, counterexample: undefined };
}

async function runSafely(engine: EngineUnderTest, document: DocumentNode, variables: Operation["variables"]) {
  try {
    return { actual: await engine.run(document, variables), thrown: undefined };
  } catch (error) {
    return { actual: {}, thrown: error instanceof Error ? (error.stack ?? error.message) : String(error) };
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
