import { composeServices } from "@apollo/composition";
import {
  execute,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLSchema,
  parse,
  validate,
} from "graphql";
import { differences } from "./answers";
import { type EngineUnderTest, startEngine, type SubgraphOutcome } from "./engine";
import { createRecorder, type Recorder } from "./recorder";
import { buildMonolith, buildSubgraph, named, type Resolvers, withFederation } from "./schemas";
import { type StoredRecord } from "./records";

export interface GraphDefinition {
  /** The schema as a single server would have it; the client's view. */
  readonly monolith: string;
  /** SDL by subgraph name; the federation directives are imported. */
  readonly subgraphs: Readonly<Record<string, string>>;
  /** By object type: what the store holds. Entities are looked up in it by their keys. */
  readonly records?: Readonly<Record<string, readonly StoredRecord[]>>;
  /** For monolith and subgraphs alike; a schema takes those of the fields that it has. */
  readonly resolvers?: Resolvers;
  /** What one subgraph, or the monolith, resolves otherwise: computed from a representation, or deliberately wrong. */
  readonly own?: Readonly<Record<string, Resolvers>>;
  /** Where operations change something: puts it back before each run, of the engine's and of the monolith's. */
  readonly beforeEachRun?: () => void;
}

/** A reply to put in place of a subgraph's own, which may be looked at. */
export type Sabotage = (
  reply: SubgraphOutcome,
  request: { query: string; variables: Record<string, unknown> },
) => unknown;

/** A federated graph and the monolith that it must be indistinguishable from. */
export interface Graph {
  readonly supergraphSdl: string;
  readonly monolith: GraphQLSchema;
  readonly requests: Recorder;
  /** Runs an operation through the engine alone. */
  run(
    operation: string,
    variables?: Record<string, unknown>,
    operationName?: string,
  ): Promise<FormattedExecutionResult>;
  /** Runs it through both. @throws a jest failure naming every difference. @returns the engine's answer */
  expectSame(
    operation: string,
    variables?: Record<string, unknown>,
    operationName?: string,
  ): Promise<FormattedExecutionResult>;
  /** From now on this subgraph's replies are replaced; `undefined` ends it. */
  sabotage(subgraph: string, replace: Sabotage | undefined): void;
}

/** What a subgraph whose connection fails looks like. */
export const unavailable: Sabotage = () => ({ ok: false, reason: "UNAVAILABLE" });
/** A reply of this GraphQL answer, whatever was asked. */
export const answers =
  (answer: unknown): Sabotage =>
  () => ({ ok: true, answer });

export function createGraph(definition: GraphDefinition): Graph {
  const { resolvers = {}, own = {}, beforeEachRun = () => undefined } = definition;
  const records = named(definition.records ?? {});
  const monolith = buildMonolith(definition.monolith, merged(resolvers, own["monolith"]));
  const schemas = Object.fromEntries(
    Object.entries(definition.subgraphs).map(([name, sdl]) => [
      name,
      buildSubgraph(sdl, monolith, merged(resolvers, own[name]), records),
    ]),
  );
  const supergraphSdl = composeGraph(definition.subgraphs);
  const requests = createRecorder();
  const sabotages = new Map<string, Sabotage>();

  const send = async (subgraph: string, body: string): Promise<SubgraphOutcome> => {
    const request = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
    const { query, variables = {} } = request;
    const ended = requests.begin({ subgraph, query, variables });
    await new Promise(setImmediate);
    const answer = await answerAs(schemas[subgraph], query, variables);
    ended();
    const reply = { ok: true, answer } as const;
    const sabotage = sabotages.get(subgraph);
    return sabotage === undefined ? reply : (sabotage(reply, { query, variables }) as SubgraphOutcome);
  };

  let engine: EngineUnderTest | undefined;
  const started = (): EngineUnderTest => (engine ??= startEngine(supergraphSdl, send));
  const run: Graph["run"] = (operation, variables = {}, operationName) => {
    beforeEachRun();
    return started().run(parse(operation), variables, operationName);
  };
  return {
    supergraphSdl,
    monolith,
    requests,
    run,
    expectSame: async (operation, variables = {}, operationName) => {
      const document = parse(operation);
      expect(validate(monolith, document)).toEqual([]);
      beforeEachRun();
      const expected = await execute({ schema: monolith, document, variableValues: variables, operationName });
      const actual = await run(operation, variables, operationName);
      expect(differences(asSent(expected), actual)).toEqual([]);
      return actual;
    },
    sabotage: (subgraph, replace) => {
      if (replace === undefined) sabotages.delete(subgraph);
      else sabotages.set(subgraph, replace);
    },
  };
}

/** @throws what does not compose */
export function composeGraph(subgraphs: Readonly<Record<string, string>>): string {
  const composed = composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({
      name,
      url: `http://${name}.test/graphql`,
      typeDefs: parse(withFederation(sdl)),
    })),
  );
  if (composed.errors !== undefined) throw new Error(composed.errors.map(({ message }) => message).join("\n"));
  return composed.supergraphSdl;
}

/** As it crosses a wire: what is shared or is no JSON does not survive. */
function asSent(result: ExecutionResult): FormattedExecutionResult {
  return JSON.parse(JSON.stringify(result)) as FormattedExecutionResult;
}

async function answerAs(schema: GraphQLSchema | undefined, query: string, variableValues: Record<string, unknown>) {
  if (schema === undefined) throw new Error("The engine asked an unknown subgraph.");
  const document = parse(query);
  const errors = validate(schema, document);
  // No service would answer this: a fault of the engine, told apart from any error that a test expects.
  if (errors.length > 0) throw new Error(`An invalid request: ${errors.map(String).join("; ")}\n${query}`);
  return asSent(await execute({ schema, document, variableValues, rootValue: {} }));
}

function merged(base: Resolvers, overlay: Resolvers = {}): Resolvers {
  const types = new Set([...Object.keys(base), ...Object.keys(overlay)]);
  return Object.fromEntries([...types].map((type) => [type, { ...base[type], ...overlay[type] }]));
}
