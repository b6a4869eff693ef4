import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isLeafType,
  isObjectType,
  isUnionType,
} from "graphql";
import { inputText, inputValue } from "./inputs";
import { writeIntrospection } from "./introspection";
import { type FragmentModel, type OperationModel, type SelectionModel } from "./model";
import { take } from "./world";

export interface Operation {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What a response path already holds, so that nothing else is asked for under the same name. */
interface Scope {
  readonly keys: Map<string, { readonly signature: string; readonly inner: Scope }>;
}

interface Variable {
  readonly definition: string;
  readonly type: string;
  /** undefined: not sent. */
  readonly value: unknown;
}

/** Reads an operation out of its numbers. It is valid against the schema but for corners that validation is left to find. */
export function writeOperation(model: OperationModel, schema: GraphQLSchema): Operation {
  const variables = new Map<string, Variable>();
  const written: string[] = [];
  const fragments: { name: string; on: GraphQLCompositeType; scope: Scope; model: FragmentModel }[] = [];
  const composites = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLCompositeType =>
      isCompositeType(type) && !type.name.startsWith("__") && type !== schema.getMutationType(),
  );

  const variable = (type: string, defaultText: string | undefined, value: unknown, reuse: boolean): string => {
    for (const [name, known] of variables) {
      if (reuse && known.type === type && defaultText === undefined) return `$${name}`;
    }
    const name = `v${variables.size}`;
    const definition = `$${name}: ${type}${defaultText === undefined ? "" : ` = ${defaultText}`}`;
    variables.set(name, { definition, type, value });
    return `$${name}`;
  };

  const conditions = (pick: number): string => {
    const one = (seed: number): string => {
      const name = seed % 2 === 0 ? "skip" : "include";
      const isOn = (seed >> 1) % 2 === 0;
      switch ((seed >> 2) % 5) {
        case 0:
          return ` @${name}(if: ${isOn})`;
        case 1: // by its default
          return ` @${name}(if: ${variable("Boolean", String(isOn), undefined, false)})`;
        case 2: // by its default, which is not asked
          return ` @${name}(if: ${variable("Boolean!", String(isOn), !isOn, false)})`;
        default:
          return ` @${name}(if: ${variable("Boolean!", undefined, isOn, seed % 3 === 0)})`;
      }
    };
    if (pick % 5 !== 0) return "";
    return one(pick) + (pick % 15 === 0 ? one(pick >> 1) : "");
  };

  const oneEach = (text: string): string => {
    const [first, ...more] = text.split(" @");
    const seen = new Set<string>();
    const kept = more.filter((directive) => {
      const name = directive.slice(0, 4);
      return !seen.has(name) && seen.add(name);
    });
    return [first, ...kept].join(" @");
  };

  const argument = (arg: GraphQLArgument, pick: number): string | undefined => {
    const isRequired = isNonNullType(arg.type) && arg.defaultValue === undefined;
    const type = String(arg.type);
    const nullable = isNonNullType(arg.type) ? arg.type.ofType : arg.type;
    switch (pick % 6) {
      case 0:
        if (!isRequired) return undefined;
        break;
      case 1:
        return `${arg.name}: ${variable(type, undefined, inputValue(arg.type, pick), pick % 4 === 0)}`;
      case 2: // a variable that is not sent, or null
        if (isRequired)
          return `${arg.name}: ${variable(String(nullable), inputText(nullable, pick), undefined, false)}`;
        return `${arg.name}: ${variable(String(nullable), undefined, pick % 4 === 2 ? undefined : null, false)}`;
      case 3:
        if (!isRequired) return `${arg.name}: null`;
        break;
      case 4:
        return `${arg.name}: ${variable(String(nullable), inputText(nullable, pick), pick % 8 === 4 ? inputValue(nullable, pick + 1) : undefined, false)}`;
      default:
    }
    return `${arg.name}: ${inputText(arg.type, pick, (fieldType) => variable(String(fieldType), undefined, inputValue(fieldType, pick), true))}`;
  };

  const args = (field: GraphQLField<unknown, unknown>, pick: number): string => {
    const given = field.args.flatMap((arg, index) => argument(arg, pick + index * 7) ?? []);
    return given.length === 0 ? "" : `(${given.join(", ")})`;
  };

  const canOverlap = (a: GraphQLCompositeType, b: GraphQLCompositeType): boolean => {
    const possible = (type: GraphQLCompositeType) => (isAbstractType(type) ? schema.getPossibleTypes(type) : [type]);
    return possible(a).some((type) => possible(b).includes(type));
  };

  const claim = (scope: Scope, key: string, signature: string): Scope | undefined => {
    const known = scope.keys.get(key);
    if (known !== undefined) return known.signature === signature ? known.inner : undefined;
    const inner: Scope = { keys: new Map() };
    scope.keys.set(key, { signature, inner });
    return inner;
  };

  const isFree = (scope: Scope, other: Scope): boolean =>
    [...other.keys].every(([key, { signature, inner }]) => {
      const known = scope.keys.get(key);
      return known === undefined || (known.signature === signature && isFree(known.inner, inner));
    });
  const mergeInto = (scope: Scope, other: Scope): void => {
    for (const [key, { signature, inner }] of other.keys) {
      const known = claim(scope, key, signature);
      if (known !== undefined) mergeInto(known, inner);
    }
  };

  const selectionSet = (
    models: readonly SelectionModel[],
    parent: GraphQLCompositeType,
    scope: Scope,
    spreadable: number,
  ): string => {
    const parts = models.map((model) => selection(model, parent, scope, spreadable)).filter((part) => part !== "");
    if (parts.length > 0) return parts.join(" ");
    // Something must be selected: two leaves, or what the type is under a name that is free.
    const leaves = isUnionType(parent) ? [] : Object.values(parent.getFields()).filter(isSimpleLeaf).slice(0, 2);
    const free = leaves.filter(({ name, type }) => claim(scope, name, `${name} ${String(type)}`) !== undefined);
    if (free.length > 0) return free.map(({ name }) => name).join(" ");
    const key = ["__typename", "t", "u", "w"].find((name) => claim(scope, name, "__typename") !== undefined);
    return key === undefined || key === "__typename" ? "__typename" : `${key}: __typename`;
  };

  const selection = (model: SelectionModel, parent: GraphQLCompositeType, scope: Scope, spreadable: number): string => {
    const where = oneEach(conditions(model.condition));
    switch (model.kind) {
      case "typename": {
        const alias = model.alias % 3 === 0 ? take(["id", "a", "t", "kind"], model.alias) : undefined;
        if (claim(scope, alias ?? "__typename", "__typename") === undefined) return "";
        return `${alias === undefined ? "" : `${alias}: `}__typename${where}`;
      }
      case "bare fragment":
        return `...${where} { ${selectionSet(model.selections, parent, scope, spreadable)} }`;
      case "inline fragment": {
        const on = take([parent, ...composites.filter((type) => canOverlap(type, parent))], model.pick);
        return `... on ${on.name}${where} { ${selectionSet(model.selections, on, scope, spreadable)} }`;
      }
      case "spread": {
        const usable = fragments
          .slice(0, spreadable)
          .filter(({ on, scope: own }) => canOverlap(on, parent) && isFree(scope, own));
        if (usable.length === 0) return "";
        const { name, scope: own } = take(usable, model.pick);
        mergeInto(scope, own);
        return `...${name}${where}`;
      }
      case "field":
        return field(model, parent, scope, spreadable, where);
    }
  };

  const field = (
    model: SelectionModel,
    parent: GraphQLCompositeType,
    scope: Scope,
    spreadable: number,
    where: string,
  ): string => {
    if (!isObjectType(parent) && !isInterfaceType(parent)) return "";
    const fields = Object.values(parent.getFields());
    const chosen = take(fields, model.pick);
    const given = args(chosen, model.argument);
    // Names of other fields and of keys are the aliases that confuse.
    const alias =
      model.alias % 3 === 0 ? take([...fields.map(({ name }) => name), "x", "id"], model.alias >> 2) : chosen.name;
    const signature = `${chosen.name}${given} ${String(chosen.type)}`;
    const key = [alias, `${chosen.name}_`, `${chosen.name}_${scope.keys.size}`].find(
      (name) => claim(scope, name, signature) !== undefined,
    );
    if (key === undefined) return "";
    const type = getNamedType(chosen.type);
    const inner = claim(scope, key, signature);
    if (inner === undefined) return "";
    const below = isCompositeType(type) ? ` { ${selectionSet(model.selections, type, inner, spreadable)} }` : "";
    return `${key === chosen.name ? "" : `${key}: `}${chosen.name}${given}${where}${below}`;
  };

  for (const [index, fragment] of model.fragments.entries()) {
    const on = take(composites, fragment.on);
    const scope: Scope = { keys: new Map() };
    written.push(`fragment F${index} on ${on.name} { ${selectionSet(fragment.selections, on, scope, index)} }`);
    fragments.push({ name: `F${index}`, on, scope, model: fragment });
  }
  const mutation = model.isMutation ? schema.getMutationType() : undefined;
  const root = mutation ?? schema.getQueryType();
  if (root === undefined || root === null) throw new Error("No root type.");
  const scope: Scope = { keys: new Map() };
  const selections = [
    selectionSet(model.selections, root, scope, fragments.length),
    ...(root === mutation ? [] : writeIntrospection(model.introspection, composites, variable)),
  ].join(" ");
  const used = written.filter((_text, index) => uses(selections, written, index));
  const text = [selections, ...used].join("\n");
  const definitions = [...variables].filter(([name]) => new RegExp(`\\$${name}\\b`).test(text));
  const header = definitions.map(([, { definition }]) => definition).join(", ");
  return {
    text: `${root === mutation ? "mutation" : "query"} Test${header === "" ? "" : `(${header})`} { ${selections} }${used.map((fragment) => `\n${fragment}`).join("")}`,
    variables: Object.fromEntries(
      definitions.filter(([, { value }]) => value !== undefined).map(([name, { value }]) => [name, value]),
    ),
  };
}

function uses(selections: string, fragments: readonly string[], index: number): boolean {
  const spread = new RegExp(`\\.\\.\\.F${index}\\b`);
  return (
    spread.test(selections) ||
    fragments.some((fragment, other) => other > index && spread.test(fragment) && uses(selections, fragments, other))
  );
}

function isSimpleLeaf({ type, args }: GraphQLField<unknown, unknown>): boolean {
  return isLeafType(getNamedType(type)) && args.length === 0;
}
