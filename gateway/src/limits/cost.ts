import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from "graphql";
import { type Amount, type Evaluation, larger, multiply, total } from "./amount";
import { type ArgumentSizes, hasVariableArguments, measureArguments, type Variables } from "./argument-sizes";
import { type CostAnnotations, type ListSize, readCostAnnotations } from "./cost-annotations";
import { fragmentsOf } from "./extent";
import { introspectionSize, isMostlyEmpty } from "./introspection-sizes";
import { defaultsOf } from "./variable-defaults";

/** What counts how much. A page of twenty objects with ten scalars each comes to some 400 points. */
const points = {
  scalar: 1,
  object: 10,
  /** Each root field of a mutation, besides what it answers: it writes. */
  mutation: 100,
  /** Each value of a list that is given as an argument. */
  listed: 1,
} as const;

/** How many a list holds where nothing says so. */
const assumed = { list: 3, connection: 20 } as const;

type Lift = (read: (sizes: ArgumentSizes) => number) => Amount;

/** What a field's arguments say of the lists directly below it. */
interface SizedLists {
  readonly size: Amount;
  /** Undefined: all of them. */
  readonly fields: readonly string[] | undefined;
}

const annotationsOfSchema = new WeakMap<GraphQLSchema, CostAnnotations>();

/**
 * What an operation may cost at most, by what its answer may hold. A list multiplies what is selected in it, by the size
 * that the field's arguments ask for: `first` and its like, or as many as a given list has (ids, lines, rows), by literal,
 * by variable or by default; for a connection they size its `edges` and `nodes`, for another object the lists in it.
 * @cost and @listSize of the supergraph go before these rules. Fields count wherever their fragments are spread, those of
 * all possible types together, whatever @skip and @include would leave of them.
 * @param schema the supergraph's
 * @param document valid, and of modest shape (document-shape.ts): its fragments are followed wherever they are spread
 * @returns points by variables, which may be as the client sent them
 */
export function compileCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): (variables: Variables) => number {
  const annotations = annotationsOfSchema.get(schema) ?? readCostAnnotations(schema);
  annotationsOfSchema.set(schema, annotations);
  const fragments = fragmentsOf(document);

  const ofSelections = (set: SelectionSetNode, parent: GraphQLCompositeType, sized?: SizedLists): Amount => {
    const amounts = set.selections.map((selection) => {
      if (selection.kind === Kind.FIELD) return ofField(selection, parent, sized);
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (fragment === undefined) return 0;
      const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
      return ofSelections(fragment.selectionSet, isCompositeType(condition) ? condition : parent, sized);
    });
    return total(amounts);
  };

  const ofField = (node: FieldNode, parent: GraphQLCompositeType, sized: SizedLists | undefined): Amount => {
    const field = findField(schema, parent, node.name.value);
    if (field === undefined) return points.scalar; // __typename
    const type = getNamedType(field.type);
    const listSize = annotations.listSizeOf(field);
    const options = { annotations, slicing: listSize?.slicingArguments };
    const measure = ({ variables, measured }: Evaluation): ArgumentSizes => {
      const sizes = measured.get(measure) ?? measureArguments(field, node, variables, options);
      measured.set(measure, sizes);
      return sizes;
    };
    const fixed = hasVariableArguments(node) ? undefined : measureArguments(field, node, {}, options);
    const lift: Lift = (read) => (fixed === undefined ? (evaluation) => read(measure(evaluation)) : read(fixed));

    const write = parent === schema.getMutationType() ? points.mutation : 0;
    const given = lift(({ listed, weight }) => listed * points.listed + weight * points.object);
    const weight = annotations.weightOf(field) ?? annotations.weightOf(type);
    const usual = isMostlyEmpty(parent, field.name) ? 0 : isCompositeType(type) ? points.object : points.scalar;
    const own = weight === undefined ? usual : weight * points.object;
    const isList = isListType(getNullableType(field.type));
    const below =
      node.selectionSet === undefined || !isCompositeType(type)
        ? 0
        : ofSelections(node.selectionSet, type, isList ? undefined : sizedLists(type, listSize, lift));
    const times = isList ? (introspectionSize(parent, field.name) ?? sizeOfList(field.name, listSize, lift, sized)) : 1;
    return total([write, given, multiply(times, total([own, below]))]);
  };

  const root = schema.getRootType(operation.operation);
  const cost = root == null ? 0 : ofSelections(operation.selectionSet, root);
  if (typeof cost === "number") return () => cost;
  const defaults = defaultsOf(operation);
  return (variables) => cost({ variables: { ...defaults, ...variables }, measured: new Map() });
}

function sizeOfList(name: string, listSize: ListSize | undefined, lift: Lift, sized: SizedLists | undefined): Amount {
  const ownPage = lift(({ page }) => page ?? 0);
  if (sized !== undefined && (sized.fields?.includes(name) ?? true)) return larger(sized.size, ownPage);
  const { assumedSize } = listSize ?? {};
  return lift(({ page, longestList }) => page ?? assumedSize ?? Math.max(assumed.list, longestList));
}

function sizedLists(type: GraphQLCompositeType, listSize: ListSize | undefined, lift: Lift): SizedLists {
  const { assumedSize, sizedFields } = listSize ?? {};
  if (sizedFields !== undefined || isConnection(type)) {
    const size = lift(({ page, longestList }) => page ?? assumedSize ?? Math.max(assumed.connection, longestList));
    return { size, fields: sizedFields ?? ["edges", "nodes"] };
  }
  // It is not said which list the arguments are about.
  return { size: lift(({ page, longestList }) => Math.max(assumed.list, page ?? 0, longestList)), fields: undefined };
}

function isConnection(type: GraphQLCompositeType): boolean {
  if (isUnionType(type)) return false;
  const { edges, nodes, pageInfo } = type.getFields();
  return pageInfo !== undefined && (edges !== undefined || nodes !== undefined);
}

function findField(
  schema: GraphQLSchema,
  parent: GraphQLCompositeType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (parent === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return isUnionType(parent) ? undefined : parent.getFields()[name];
}
