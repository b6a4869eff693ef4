import { type PlanNode, prettyFormatQueryPlan } from "@apollo/query-planner";
import { type DocumentNode, type FormattedExecutionResult, getOperationAST, Kind } from "graphql";
import { getVariableValues } from "graphql/execution/values";
import { createPlanner } from "../../../src/execution/planner";
import { specialise } from "../../../src/execution/specialise";
import { type SubgraphOutcome } from "../../../src/execution/subgraph-client";
import { type RequestContext } from "../../../src/request-context";
import { loadSupergraph } from "../../../src/supergraph";

/** A subgraph that is a function call away. @param body JSON text, as it would be sent */
export type Send = (subgraph: string, body: string) => Promise<SubgraphOutcome>;

export type { SubgraphOutcome };

/** The gateway's engine on a supergraph, with nothing of HTTP around it. */
export interface EngineUnderTest {
  /** @returns what a client would be sent, errors in full */
  run(
    document: DocumentNode,
    variables: Readonly<Record<string, unknown>>,
    operationName?: string,
  ): Promise<FormattedExecutionResult>;
  /** What the planner makes of the only operation of a document, in Apollo's notation. */
  plan(document: DocumentNode, variables: Readonly<Record<string, unknown>>): string;
}

/** Without a token, an address, or anybody who might leave. */
export const nobody: RequestContext = {
  viewer: null,
  authorization: undefined,
  userAgent: undefined,
  address: undefined,
  signal: undefined,
};

export function startEngine(supergraphSdl: string, send: Send): EngineUnderTest {
  const { engine, schema } = loadSupergraph(supergraphSdl, {
    clientOf: ({ name }) => ({ send: ({ body }) => send(name, body), close: () => Promise.resolve() }),
  });
  return {
    run: async (document, variables, operationName) => {
      const outcome = await engine.execute(engine.prepare(document, operationName), variables, nobody);
      return JSON.parse(JSON.stringify(outcome)) as FormattedExecutionResult;
    },
    plan: (document, variables) => {
      const operation = getOperationAST(document);
      if (operation == null) throw new Error("Not one operation.");
      const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
      const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
      const decided = specialise(operation, fragments, coerced as Record<string, boolean>);
      return describePlan(createPlanner(supergraphSdl, 50_000).plan(decided).fetches);
    },
  };
}

/** @param node what is fetched; undefined where no subgraph is asked for anything */
function describePlan(node: PlanNode | undefined): string {
  return prettyFormatQueryPlan({ kind: "QueryPlan", ...(node === undefined ? {} : { node }) });
}
