import { type Supergraph } from "@apollo/federation-internals";
import { type FetchNode } from "@apollo/query-planner";
import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  getOperationAST,
  type GraphQLObjectType,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { type Answerer, createAnswerer, differingTypes, type Fragments } from "./answerers";

/** Adds to a fetch what it should ask for. @param path to where its answer belongs */
export type RestoreDroppedTypes = (fetch: FetchNode, path: readonly string[]) => FetchNode;

/** What the client's operation says. */
interface Wanted {
  readonly operation: OperationDefinitionNode;
  readonly fragments: Fragments;
}

/**
 * Asks for members of an abstract type that @apollo/query-planner leaves out. Where a field can be had from several
 * subgraphs and one of them has no such member in the field's type, the planner takes the member for impossible everywhere;
 * the subgraph that it goes to may well answer with it. That one is asked for what it resolves of the member by itself.
 */
export function createRestoreDroppedTypes(supergraph: Supergraph): (document: DocumentNode) => RestoreDroppedTypes {
  const subgraphs = [...supergraph.subgraphs()];
  const answerers = new Map(subgraphs.map((subgraph) => [subgraph.name, createAnswerer(subgraph)]));
  const differing = differingTypes(answerers.values());
  return (document) => {
    const operation = getOperationAST(document);
    if (operation == null || differing.size === 0) return (fetch) => fetch;
    const fragments = new Map(
      document.definitions.flatMap((each) =>
        each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
      ),
    );
    return (fetch, path) => {
      const answerer = answerers.get(fetch.serviceName);
      return answerer === undefined ? fetch : restoreIn(fetch, path, answerer, differing, { operation, fragments });
    };
  };
}

function restoreIn(
  fetch: FetchNode,
  path: readonly string[],
  answerer: Answerer,
  differing: ReadonlySet<string>,
  { operation, fragments }: Wanted,
): FetchNode {
  const under = (sets: readonly SelectionSetNode[], key: string): SelectionSetNode[] =>
    sets.flatMap((set) =>
      fieldsOf(set, fragments).flatMap((field) => (keyOf(field) === key ? (field.selectionSet ?? []) : [])),
    );
  const start = path.filter((step) => step !== "@").reduce(under, [operation.selectionSet]);
  // What the client selects at each level, beside what the fetch does.
  const levels: SelectionSetNode[][] = [start];

  const document = parse(fetch.operation, { noLocation: true });
  const types = new TypeInfo(answerer.schema);
  const restored = visit(
    document,
    visitWithTypeInfo(types, {
      Field: {
        enter: (field) => {
          const level = levels.at(-1) ?? [];
          levels.push(field.name.value === "_entities" ? level : under(level, keyOf(field)));
        },
        leave: (field) => {
          const wanted = levels.pop() ?? [];
          const type = getNamedType(types.getType());
          if (!isAbstractType(type) || !differing.has(type.name) || field.selectionSet === undefined) return undefined;
          const { selections } = field.selectionSet;
          const missing = answerer.schema
            .getPossibleTypes(type)
            .flatMap((member) => missingOf(member, selections, wanted, answerer, fragments));
          if (missing.length === 0) return undefined;
          return { ...field, selectionSet: { ...field.selectionSet, selections: [...selections, ...missing] } };
        },
      },
    }),
  );
  return restored === document ? fetch : { ...fetch, ...withVariables(restored, operation) };
}

/** The fragment on a member that a fetch lacks. */
function missingOf(
  member: GraphQLObjectType,
  selections: readonly SelectionNode[],
  wanted: readonly SelectionSetNode[],
  answerer: Answerer,
  fragments: Fragments,
): SelectionNode[] {
  const applies = (condition: string | undefined): boolean => answerer.meets(member, condition);
  const present = new Set(fieldsOf({ kind: Kind.SELECTION_SET, selections }, fragments, applies).map(keyOf));
  const lacking = wanted
    .flatMap((set) => answerer.ownPart(set, member, fragments))
    .filter((selection) => selection.kind !== Kind.FIELD || !present.has(keyOf(selection)));
  if (lacking.length === 0) return [];
  return [
    {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: member.name } },
      selectionSet: { kind: Kind.SELECTION_SET, selections: lacking },
    },
  ];
}

/** A fetch's operation, with the variables declared that what was added uses. */
function withVariables(
  document: DocumentNode,
  client: OperationDefinitionNode,
): Pick<FetchNode, "operation" | "variableUsages"> {
  const used = new Set<string>();
  visit(document, { Variable: ({ name }) => void used.add(name.value) });
  const declared = visit(document, {
    OperationDefinition: (operation) => {
      const known = operation.variableDefinitions ?? [];
      const names = new Set(known.map(({ variable }) => variable.name.value));
      const added = (client.variableDefinitions ?? []).filter(
        ({ variable: { name } }) => used.has(name.value) && !names.has(name.value),
      );
      return { ...operation, variableDefinitions: [...known, ...added] };
    },
  });
  const usages = (client.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  return { operation: print(declared), variableUsages: usages.filter((name) => used.has(name)) };
}

/** The fields of a selection, those in its fragments with them. @param applies whether a fragment's condition does */
function fieldsOf(
  set: SelectionSetNode,
  fragments: Fragments,
  applies: (condition: string | undefined) => boolean = () => true,
): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    if (fragment === undefined || !applies(fragment.typeCondition?.name.value)) return [];
    return fieldsOf(fragment.selectionSet, fragments, applies);
  });
}

function keyOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}
