import { type FetchNode, type PlanNode } from "@apollo/query-planner";
import { type DocumentNode, type GraphQLSchema, Kind, OperationTypeNode, parse } from "graphql";
import { combineDocuments, compact, topKeys } from "./fetch-documents";
import { type FetchStep, groupSteps, type StepGroup, toSteps } from "./fetch-graph";
import { narrow } from "./property-names";
import { compileRepresenter, type Representer } from "./representations";
import { type RequiredField } from "./required-arguments";
import { restoreRequired } from "./restore-required";
import { compileRewrites, type Rewrite } from "./rewrites";

/** One request to one subgraph, with all that can be known before an operation runs. */
export type CompiledFetch = FetchOfFields | FetchOfEntities;

interface FetchBase {
  readonly subgraph: string;
  readonly isMutation: boolean;
  /** Indexes of the fetches that must be done before it. */
  readonly after: readonly number[];
  /** The body of the request up to its variables: what follows are they and two closing braces. */
  readonly head: string;
  readonly variableNames: readonly string[];
}

/** Of root fields, and of fields that every object at a path has alike. */
export interface FetchOfFields extends FetchBase {
  readonly kind: "FIELDS";
  readonly path: readonly string[];
  readonly keys: readonly string[];
  readonly rewrite: Rewrite | undefined;
}

export interface FetchOfEntities extends FetchBase {
  readonly kind: "ENTITIES";
  readonly lookups: readonly EntityLookup[];
}

/** One `_entities` field of a request. */
export interface EntityLookup {
  readonly responseKey: string;
  readonly variable: string;
  /** The body's head for this lookup alone, should the request as a whole have failed on another one. */
  readonly aloneHead: string;
  readonly variableNames: readonly string[];
  /** What its entities have at their top. */
  readonly keys: readonly string[];
  readonly rewrite: Rewrite | undefined;
  /** Where entities are that it is for. */
  readonly members: readonly EntityPlace[];
  /** What is asked of each entity: lookups of several fetches that ask the same have the same text. */
  readonly selection: string;
  readonly isShared: boolean;
}

export interface EntityPlace {
  readonly path: readonly string[];
  readonly representer: Representer;
}

export interface CompileContext {
  /** The supergraph's, with what clients do not see. */
  readonly schema: GraphQLSchema;
  readonly requiredFields: ReadonlyMap<string, RequiredField>;
}

export function compileFetches(plan: PlanNode | undefined, context: CompileContext): CompiledFetch[] {
  const fetches = groupSteps(toSteps(plan)).map((group) => compileGroup(group, context));
  // What a mutation's first field has found, its second may have changed.
  return fetches.some(({ isMutation }) => isMutation) ? fetches : markShared(fetches);
}

function compileGroup({ steps, after }: StepGroup, context: CompileContext): CompiledFetch {
  const [first] = steps;
  if (first === undefined) throw new Error("A group of a plan holds no fetch.");
  const { serviceName: subgraph, operationKind, variableUsages: variableNames = [] } = first.fetch;
  const base = { subgraph, isMutation: operationKind === OperationTypeNode.MUTATION, after };
  if (first.fetch.requires !== undefined) return { ...base, kind: "ENTITIES", ...compileLookups(steps, context) };
  const document = documentOf(first, context);
  return {
    ...base,
    kind: "FIELDS",
    head: headOf(compact(document)),
    variableNames,
    path: first.path,
    keys: renamedKeys(topKeys(document), first.fetch),
    rewrite: compileRewrites(context.schema, first.fetch.outputRewrites),
  };
}

function compileLookups(steps: readonly FetchStep[], context: CompileContext) {
  // The same selection at several places is one lookup.
  const bySelection = new Map<
    string,
    { selection: string; document: DocumentNode; fetch: FetchNode; members: FetchStep[] }
  >();
  for (const step of steps) {
    const document = documentOf(step, context);
    const selection = compact(withoutName(document)) + JSON.stringify(step.fetch.outputRewrites ?? []);
    const known = bySelection.get(selection);
    if (known === undefined) bySelection.set(selection, { selection, document, fetch: step.fetch, members: [step] });
    else known.members.push(step);
  }
  const { text, parts } = combineDocuments([...bySelection.values()]);
  const lookups = parts.map(({ selection, document, fetch, members, responseKey, variable }): EntityLookup => ({
    responseKey,
    variable,
    aloneHead: headOf(compact(document)),
    variableNames: fetch.variableUsages ?? [],
    keys: renamedKeys(topKeys(document), fetch),
    rewrite: compileRewrites(context.schema, fetch.outputRewrites),
    members: members.map((step) => ({
      path: step.path,
      representer: compileRepresenter({
        schema: context.schema,
        requires: step.fetch.requires ?? [],
        inputRewrites: step.fetch.inputRewrites,
        requiredFields: context.requiredFields,
      }),
    })),
    selection: `${fetch.serviceName} ${selection}`,
    isShared: false,
  }));
  const variableNames = [...new Set(steps.flatMap(({ fetch }) => fetch.variableUsages ?? []))];
  return { head: headOf(text), variableNames, lookups };
}

/** What is looked up the same way in several fetches of an operation need be asked for once in a request. */
function markShared(fetches: readonly CompiledFetch[]): CompiledFetch[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const fetch of fetches) {
    for (const { selection } of fetch.kind === "ENTITIES" ? fetch.lookups : []) {
      if (seen.has(selection)) repeated.add(selection);
      seen.add(selection);
    }
  }
  if (repeated.size === 0) return [...fetches];
  return fetches.map((fetch) => {
    if (fetch.kind === "FIELDS") return fetch;
    const lookups = fetch.lookups.map((lookup) => ({ ...lookup, isShared: repeated.has(lookup.selection) }));
    return { ...fetch, lookups };
  });
}

function documentOf({ fetch }: FetchStep, { requiredFields }: CompileContext): DocumentNode {
  return restoreRequired(parse(fetch.operation, { noLocation: true }), requiredFields);
}

/** A plan numbers its operations; two that differ in that alone are the same. */
function withoutName(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? { ...definition, name: undefined } : definition,
  );
  return { ...document, definitions };
}

/** Keys as they are in the data, once the renaming rewrites are through. */
function renamedKeys(keys: readonly string[], { outputRewrites = [] }: FetchNode): string[] {
  const renamed = new Map(
    outputRewrites.flatMap((rewrite) =>
      rewrite.kind === "KeyRenamer" ? [[rewrite.path.at(-1) ?? "", rewrite.renameKeyTo] as const] : [],
    ),
  );
  return [...new Set(keys.map((key) => renamed.get(key) ?? key))];
}

function headOf(operation: string): string {
  return narrow(`{"query":${JSON.stringify(operation)},"variables":{`);
}
