import {
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLString,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { placeholderKey } from "./specialise";

/** What of an object of one type goes into the answer, in the answer's order. */
export interface ObjectShape {
  readonly typeName: string;
  /** False of an interface: what the object really is, nobody has said. */
  readonly isConcrete: boolean;
  readonly fields: readonly FieldShape[];
}

export interface FieldShape {
  /** As the client calls it. */
  readonly key: string;
  /** As it is called in fetched data; see separate-names.ts. */
  readonly dataKey: string;
  readonly name: string;
  readonly type: GraphQLOutputType;
  /** By the name of what the value turns out to be; empty where it is no object. */
  readonly shapes: ReadonlyMap<string, ObjectShape>;
  /** Whether a value must say what it is. */
  readonly isAbstract: boolean;
}

export interface ShapeOptions {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly clientKeys: ReadonlyMap<string, string>;
  /** Interfaces that some subgraph knows as objects: where only that one is asked, it is all that a value says it is. */
  readonly interfaceObjects: ReadonlySet<string>;
}

/** Works out the answer's shape, fragments applied, for each type that an object may be of. */
export function shapeOperation(options: ShapeOptions): ObjectShape {
  const { schema, operation } = options;
  const root = schema.getRootType(operation.operation);
  if (root == null) throw new Error(`The schema has no type for a ${operation.operation}.`);

  const setIds = new Map<SelectionSetNode, number>();
  const idOf = (set: SelectionSetNode): number => {
    const id = setIds.get(set) ?? setIds.size;
    setIds.set(set, id);
    return id;
  };
  // An interface within itself would have as many shapes as paths, were they not shared.
  const known = new Map<string, ObjectShape>();
  const shapeOf = (type: ShapedType, sets: readonly SelectionSetNode[]): ObjectShape => {
    const key = `${type.name} ${sets.map(idOf).join()}`;
    const present = known.get(key);
    if (present !== undefined) return present;
    const fields = [...collectFields(type, sets, options).values()].map((field) => shapeField(type, field));
    const shape = { typeName: type.name, isConcrete: isObjectType(type), fields };
    known.set(key, shape);
    return shape;
  };
  const shapeField = (parent: ShapedType, { name, dataKey, nodes }: CollectedField): FieldShape => {
    // What a shaper answers to introspection it takes as it is.
    const type = name.startsWith("__") ? GraphQLString : parent.getFields()[name]?.type;
    if (type === undefined) throw new Error(`${parent.name} has no field ${name}.`);
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const possible = possibleTypes(options, type);
    return {
      key: options.clientKeys.get(dataKey) ?? dataKey,
      dataKey,
      name,
      type,
      shapes: new Map(possible.map((each) => [each.name, shapeOf(each, sets)])),
      isAbstract: isAbstractType(getNamedType(type)),
    };
  };
  return shapeOf(root, [operation.selectionSet]);
}

export interface CollectedField {
  readonly name: string;
  readonly dataKey: string;
  readonly nodes: FieldNode[];
}

/** The fields that a selection has of an object of a type, in order, by their keys. */
export function collectFields(
  type: ShapedType,
  sets: readonly SelectionSetNode[],
  { schema, fragments }: Pick<ShapeOptions, "schema" | "fragments">,
): Map<string, CollectedField> {
  const collected = new Map<string, CollectedField>();
  const spread = new Set<string>();
  const applies = (condition: string | undefined): boolean => {
    const on = condition === undefined ? type : schema.getType(condition);
    return on === type || (isAbstractType(on) && schema.isSubType(on, type));
  };
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      switch (selection.kind) {
        case Kind.FIELD: {
          const dataKey = (selection.alias ?? selection.name).value;
          if (dataKey === placeholderKey) break;
          const field = collected.get(dataKey) ?? { name: selection.name.value, dataKey, nodes: [] };
          field.nodes.push(selection);
          collected.set(dataKey, field);
          break;
        }
        case Kind.INLINE_FRAGMENT:
          if (applies(selection.typeCondition?.name.value)) collect(selection.selectionSet);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const fragment = fragments.get(selection.name.value);
          if (fragment === undefined || spread.has(selection.name.value)) break;
          if (!applies(fragment.typeCondition.name.value)) break;
          spread.add(selection.name.value);
          collect(fragment.selectionSet);
        }
      }
    }
  };
  sets.forEach(collect);
  return collected;
}

type ShapedType = GraphQLObjectType | GraphQLInterfaceType;

function possibleTypes({ schema, interfaceObjects }: ShapeOptions, type: GraphQLOutputType): readonly ShapedType[] {
  const named = getNamedType(type);
  if (isObjectType(named)) return [named];
  if (!isAbstractType(named)) return [];
  const possible = schema.getPossibleTypes(named);
  return isInterfaceType(named) && interfaceObjects.has(named.name) ? [...possible, named] : possible;
}
