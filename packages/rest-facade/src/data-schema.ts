import {
  getNullableType,
  getOperationAST,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  type SelectionSetNode,
} from "graphql";
import { type JsonSchema, objectOf, orNull } from "./json-schema";

/** How the contract's scalars look in JSON. */
const scalars: Readonly<Record<string, JsonSchema>> = {
  ID: { type: "string" },
  String: { type: "string" },
  Int: { type: "integer", minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  Float: { type: "number" },
  Boolean: { type: "boolean" },
  DateTime: { type: "string", format: "date-time", examples: ["2026-11-22T18:21:12.345Z"] },
  SafeInt: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  Currency: { type: "string", pattern: "^[A-Z]{3}$", examples: ["EUR"] },
  URL: { type: "string", format: "uri", examples: ["https://shop.example/picture"] },
  EmailAddress: { type: "string", format: "email", examples: ["ada@example.com"] },
};

/**
 * The shape of an operation's `data`, as JSON Schema: exactly what it selects, described as the graph describes it.
 * @param schema one that has all that the operation asks for
 */
export function describeData(operation: string, schema: GraphQLSchema): JsonSchema {
  const definition = getOperationAST(parse(operation));
  const root = definition && schema.getRootType(definition.operation);
  if (!root) throw new Error(`This is no operation of the schema: ${operation}`);
  return describeObject(root, definition.selectionSet, schema);
}

function describeObject(
  type: GraphQLObjectType | GraphQLInterfaceType,
  selections: SelectionSetNode,
  schema: GraphQLSchema,
): JsonSchema {
  const properties = describeSelections(type, selections, schema);
  return objectOf(properties, { title: type.name, ...describe(type.description) });
}

function describeSelections(
  type: GraphQLObjectType | GraphQLInterfaceType,
  { selections }: SelectionSetNode,
  schema: GraphQLSchema,
): Record<string, JsonSchema> {
  const properties: Record<string, JsonSchema> = {};
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const name = selection.alias?.value ?? selection.name.value;
      properties[name] = describeField(type, selection.name.value, selection.selectionSet, schema);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const applies = selection.typeCondition === undefined || selection.typeCondition.name.value === type.name;
      if (applies) Object.assign(properties, describeSelections(type, selection.selectionSet, schema));
    }
  }
  return properties;
}

function describeField(
  parent: GraphQLObjectType | GraphQLInterfaceType,
  name: string,
  selections: SelectionSetNode | undefined,
  schema: GraphQLSchema,
): JsonSchema {
  if (name === "__typename") return { const: parent.name };
  const field = parent.getFields()[name];
  if (field === undefined) throw new Error(`${parent.name} has no field ${name}.`);
  return { ...describeType(field.type, selections, schema), ...describe(field.description) };
}

function describeType(
  type: GraphQLOutputType,
  selections: SelectionSetNode | undefined,
  schema: GraphQLSchema,
): JsonSchema {
  if (!isNonNullType(type)) return orNull(describeNullable(type, selections, schema));
  return describeNullable(getNullableType(type), selections, schema);
}

function describeNullable(
  type: GraphQLOutputType,
  selections: SelectionSetNode | undefined,
  schema: GraphQLSchema,
): JsonSchema {
  if (isListType(type)) return { type: "array", items: describeType(type.ofType, selections, schema) };
  if (isEnumType(type)) {
    return { type: "string", title: type.name, enum: type.getValues().map((value) => value.name) };
  }
  if (selections !== undefined && (isObjectType(type) || isInterfaceType(type))) {
    return describeObject(type, selections, schema);
  }
  if (selections !== undefined && isUnionType(type)) {
    return { anyOf: schema.getPossibleTypes(type).map((possible) => describeObject(possible, selections, schema)) };
  }
  return scalars[type.toString()] ?? {};
}

/** The first sentences, up to an empty line: what follows is about GraphQL. */
function describe(description: string | null | undefined): { description?: string } {
  const [first] = (description ?? "").split(/\n\s*\n/);
  return first ? { description: first.replace(/\s+/g, " ").trim() } : {};
}
