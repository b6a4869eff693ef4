import { type ObjectType, type Subgraph, type Supergraph } from "@apollo/federation-internals";
import { type FetchNode } from "@apollo/query-planner";
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getOperationAST,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
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

/** Adds to a fetch what it should ask for. @param path to where its answer belongs */
export type RestoreDroppedTypes = (fetch: FetchNode, path: readonly string[]) => FetchNode;

/** A subgraph, for what it can answer with. */
interface Answerer {
  readonly schema: GraphQLSchema;
  /** Whether it resolves a field by itself, given nothing but the object. */
  resolves(typeName: string, fieldName: string): boolean;
}

/** What the client's operation says. */
interface Wanted {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/**
 * Asks for members of an abstract type that @apollo/query-planner leaves out. Where a field can be had from several
 * subgraphs and one of them has no such member in the field's type, the planner takes the member for impossible everywhere;
 * the subgraph that it goes to may well answer with it. That one is asked for what it resolves of the member by itself.
 */
export function createRestoreDroppedTypes(supergraph: Supergraph): (document: DocumentNode) => RestoreDroppedTypes {
  const subgraphs = [...supergraph.subgraphs()];
  const answerers = new Map(subgraphs.map((subgraph) => [subgraph.name, createAnswerer(subgraph)]));
  const differing = differingTypes([...answerers.values()].map(({ schema }) => schema));
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

function createAnswerer(subgraph: Subgraph): Answerer {
  const metadata = subgraph.metadata();
  const requires = metadata.requiresDirective();
  return {
    schema: subgraph.schema.toGraphQLJSSchema(),
    resolves: (typeName, fieldName) => {
      const field = (subgraph.schema.type(typeName) as ObjectType | undefined)?.field(fieldName);
      return field !== undefined && !metadata.isFieldExternal(field) && !field.hasAppliedDirective(requires);
    },
  };
}

/** Abstract types that do not have the same members in every subgraph that knows them. */
function differingTypes(schemas: readonly GraphQLSchema[]): Set<string> {
  const members = new Map<string, string>();
  const differing = new Set<string>();
  for (const schema of schemas) {
    for (const type of Object.values(schema.getTypeMap()).filter(isAbstractType)) {
      if (type.name === "_Entity") continue; // what it holds is each subgraph's own affair
      const names = schema.getPossibleTypes(type).map(({ name }) => name);
      const here = names.sort().join();
      if ((members.get(type.name) ?? here) !== here) differing.add(type.name);
      members.set(type.name, here);
    }
  }
  return differing;
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
  const added: SelectionNode[] = [];

  const types = new TypeInfo(answerer.schema);
  const restored = visit(
    parse(fetch.operation, { noLocation: true }),
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
            .flatMap((member) => missingOf(member, selections, wanted, answerer, fragments) ?? []);
          added.push(...missing);
          const selectionSet = { ...field.selectionSet, selections: [...selections, ...missing] };
          return missing.length === 0 ? undefined : { ...field, selectionSet };
        },
      },
    }),
  );
  return added.length === 0 ? fetch : { ...fetch, ...withVariables(restored, operation) };
}

/** The fragment on a member that a fetch lacks. */
function missingOf(
  member: GraphQLObjectType,
  selections: readonly SelectionNode[],
  wanted: readonly SelectionSetNode[],
  answerer: Answerer,
  fragments: Wanted["fragments"],
): SelectionNode | undefined {
  const applies = (condition: string | undefined): boolean => {
    const type = condition === undefined ? member : answerer.schema.getType(condition);
    return type === member || (isAbstractType(type) && answerer.schema.isSubType(type, member));
  };
  const present = new Set(fieldsOf({ kind: Kind.SELECTION_SET, selections }, fragments, applies).map(keyOf));
  const resolvable = wanted.flatMap((set) => resolvableIn(set, member, answerer, fragments));
  const lacking = resolvable.filter((selection) => selection.kind !== Kind.FIELD || !present.has(keyOf(selection)));
  if (lacking.length === 0) return undefined;
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: member.name } },
    selectionSet: { kind: Kind.SELECTION_SET, selections: lacking },
  };
}

/** What of a selection belongs to a type's objects and is the subgraph's own to resolve, all the way down. */
function resolvableIn(
  set: SelectionSetNode,
  type: GraphQLObjectType,
  answerer: Answerer,
  fragments: Wanted["fragments"],
): SelectionNode[] {
  return set.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) {
      const field = resolvableField(selection, type, answerer, fragments);
      return field === undefined ? [] : [field];
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    const condition = fragment?.typeCondition?.name.value ?? type.name;
    const on = answerer.schema.getType(condition);
    const applies = on === type || (isAbstractType(on) && answerer.schema.isSubType(on, type));
    const selections = fragment && applies ? resolvableIn(fragment.selectionSet, type, answerer, fragments) : [];
    if (selections.length === 0 || !selection.directives?.length) return selections;
    const { directives } = selection;
    return [{ kind: Kind.INLINE_FRAGMENT, directives, selectionSet: { kind: Kind.SELECTION_SET, selections } }];
  });
}

function resolvableField(
  field: FieldNode,
  type: GraphQLObjectType,
  answerer: Answerer,
  fragments: Wanted["fragments"],
): FieldNode | undefined {
  if (field.name.value === "__typename") return field;
  const definition = type.getFields()[field.name.value];
  if (definition === undefined || !answerer.resolves(type.name, field.name.value)) return undefined;
  if (field.selectionSet === undefined) return field;
  const below = getNamedType(definition.type);
  if (!isObjectType(below)) return undefined;
  const selections = resolvableIn(field.selectionSet, below, answerer, fragments);
  return selections.length === 0 ? undefined : { ...field, selectionSet: { ...field.selectionSet, selections } };
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
  fragments: Wanted["fragments"],
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
