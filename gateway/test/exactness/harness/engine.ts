import { buildOperationContext, executeQueryPlan } from "@apollo/gateway";
import { operationFromDocument } from "@apollo/federation-internals";
import { type DocumentNode, type FormattedExecutionResult } from "graphql";
import { loadSupergraph } from "../../../src/supergraph";

export type SubgraphReply = { ok: true; answer: any } | { ok: false; reason: "ABANDONED" | "UNAVAILABLE" };
export type Send = (subgraph: string, body: string) => Promise<SubgraphReply>;

export interface EngineUnderTest {
  run(
    document: DocumentNode,
    variables: Readonly<Record<string, unknown>>,
    operationName?: string,
  ): Promise<FormattedExecutionResult>;
  plan(document: DocumentNode, operationName?: string): unknown;
}

// ADAPTER on stock: to be thrown away
export function startEngine(supergraphSdl: string, send: Send): EngineUnderTest {
  const supergraph = loadSupergraph(supergraphSdl);
  const sources = Object.fromEntries(
    supergraph.subgraphs.map(({ name }) => [
      name,
      {
        process: async ({ request }: any) => {
          const outcome = await send(name, JSON.stringify({ query: request.query, variables: request.variables }));
          return outcome.ok ? outcome.answer : { data: null, errors: [{ message: "down" }] };
        },
      },
    ]),
  );
  const plan = (document: DocumentNode, operationName?: string) =>
    supergraph.planner.buildQueryPlan(
      operationFromDocument(supergraph.apiSchema, document, operationName ? { operationName } : {}),
    );
  return {
    plan,
    run: async (document, variables, operationName) => {
      const context = { request: { query: "", variables }, context: {}, metrics: {} };
      const result = await executeQueryPlan(
        plan(document, operationName) as any,
        sources as any,
        context as any,
        buildOperationContext({ schema: supergraph.schema, operationDocument: document, operationName }),
        supergraph.supergraphSchema,
        supergraph.apiSchema,
      );
      return JSON.parse(JSON.stringify(result));
    },
  };
}
