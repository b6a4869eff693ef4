import {
  type FieldNode,
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
  isInputObjectType,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from "graphql";
import { type CostAnnotations } from "./cost-annotations";

export type Variables = Readonly<Record<string, unknown>>;

/** What a field's arguments say of the size of its answer. */
export interface ArgumentSizes {
  /** The largest number given as a page's size; undefined where there is none. */
  readonly page: number | undefined;
  /** Values of the longest list given, whatever it is a list of: ids, lines, rows. */
  readonly longestList: number;
  /** Values of all lists given. */
  readonly listed: number;
  /** What @cost says of the arguments and input fields given, in objects. */
  readonly weight: number;
}

/** No Int is larger; and what is multiplied with itself at every level must stay a number. */
const largestInt = 2 ** 31 - 1;

/** As Relay's connections have it, and most lists without connections. */
const pageArguments: readonly string[] = ["first", "last", "limit", "take"];

/**
 * Reads the arguments of a field, with the schema's defaults where they are left out.
 * @param variables as the client sent them; one of a wrong type counts for nothing here, coercion refuses it later
 * @param slicing names of the arguments, or paths into them (`input.first`), that say how many; undefined: the usual ones
 */
export function measureArguments(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Variables,
  { annotations, slicing }: { annotations: CostAnnotations; slicing: readonly string[] | undefined },
): ArgumentSizes {
  const sizes = { page: undefined as number | undefined, longestList: 0, listed: 0, weight: 0 };
  const open: { path: string; type: GraphQLInputType; value: unknown }[] = [];
  const isPage = (path: string): boolean =>
    slicing?.includes(path) ?? pageArguments.includes(path.slice(path.lastIndexOf(".") + 1));
  for (const argument of field.args) {
    const given = node.arguments?.find(({ name }) => name.value === argument.name);
    const value: unknown = given && valueFromASTUntyped(given.value, variables);
    if (value !== undefined) sizes.weight += annotations.weightOf(argument) ?? 0;
    open.push({ path: argument.name, type: argument.type, value: value === undefined ? argument.defaultValue : value });
  }
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, type, value } = next;
    if (Array.isArray(value)) {
      sizes.longestList = Math.max(sizes.longestList, value.length);
      sizes.listed += value.length;
      for (const item of value as unknown[]) if (typeof item === "object") open.push({ path, type, value: item });
    } else if (typeof value === "number") {
      if (value >= 0 && isPage(path)) sizes.page = Math.max(sizes.page ?? 0, Math.min(value, largestInt));
    } else if (typeof value === "object" && value !== null) {
      const named = getNamedType(type);
      if (!isInputObjectType(named)) continue;
      for (const inputField of Object.values(named.getFields())) {
        const given = (value as Variables)[inputField.name];
        if (given !== undefined) sizes.weight += annotations.weightOf(inputField) ?? 0;
        const inside = given === undefined ? inputField.defaultValue : given;
        if (typeof inside !== "number" && typeof inside !== "object") continue; // of no size
        open.push({ path: `${path}.${inputField.name}`, type: inputField.type, value: inside });
      }
    }
  }
  return sizes;
}

/** Whether a field's arguments depend on variables. */
export function hasVariableArguments(node: FieldNode): boolean {
  return node.arguments?.some(({ value }) => holdsVariable(value)) ?? false;
}

function holdsVariable(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return true;
  if (value.kind === Kind.LIST) return value.values.some(holdsVariable);
  return value.kind === Kind.OBJECT && value.fields.some((field) => holdsVariable(field.value));
}
