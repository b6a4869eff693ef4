import { composeServices } from "@apollo/composition";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { type GraphQLSchema, parse } from "graphql";
import { type EngineUnderTest, type Send, startEngine } from "../harness/engine";
import { withFederation } from "../harness/schemas";
import { type CaseModel } from "./model";
import { findEntity, resolveSubgraph } from "./resolvers";
import { type Split, splitWorld } from "./split";
import { type Store } from "./store";

/** What composes of a case: with fewer and fewer of its features, at last with none. */
export function composeWhatGoes(model: CaseModel): { split: Split; graph: ComposedGraph } | undefined {
  for (let features = model.features.length; features >= 0; features -= 1) {
    for (const mixedKeys of [true, false]) {
      const split = splitWorld(model, { features, mixedKeys });
      const graph = compose(split.subgraphs);
      if (graph !== undefined) return { split, graph };
    }
  }
  return undefined;
}

/** An engine on composed subgraphs, to which any data can be given. */
export interface ComposedGraph {
  readonly engine: EngineUnderTest;
  send: Send;
}

/** Shrinking tries many operations on few graphs. */
const composed = new Map<string, ComposedGraph | undefined>();
const maxComposed = 50;

/** @returns undefined where the subgraphs do not compose */
function compose(subgraphs: Readonly<Record<string, string>>): ComposedGraph | undefined {
  const key = JSON.stringify(subgraphs);
  if (composed.has(key)) return composed.get(key);
  const { supergraphSdl } = composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({
      name,
      url: `http://${name}.test/`,
      typeDefs: parse(withFederation(sdl)),
    })),
  );
  const graph = supergraphSdl === undefined ? undefined : startGraph(supergraphSdl);
  const [oldest] = composed.keys();
  if (composed.size >= maxComposed && oldest !== undefined) composed.delete(oldest);
  composed.set(key, graph);
  return graph;
}

function startGraph(supergraphSdl: string): ComposedGraph {
  const graph: ComposedGraph = {
    engine: startEngine(supergraphSdl, (subgraph, body) => graph.send(subgraph, body)),
    send: () => Promise.reject(new Error("No data yet.")),
  };
  return graph;
}

/** A subgraph of a split, over the one truth. */
export function buildSubgraph(name: string, sdl: string, split: Split, store: Store): GraphQLSchema {
  const resolveReference = (reference: Record<string, unknown>) => {
    const found = findEntity(split, reference);
    return found === null ? null : { ...found };
  };
  const keyed = [...split.world.objects.keys(), ...split.world.interfaces.keys()];
  const schema = buildSubgraphSchema({
    typeDefs: parse(withFederation(sdl)),
    resolvers: Object.fromEntries(keyed.map((type) => [type, { __resolveReference: resolveReference }])),
  });
  resolveSubgraph(name, schema, split, store);
  return schema;
}
