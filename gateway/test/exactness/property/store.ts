import { GraphQLError } from "graphql";
import { type CaseModel, type OddityModel } from "./model";
import { type Split } from "./split";
import { colors, type Field, leafTypes, possibleTypes, take, type TypeReference } from "./world";

/** An object as resolvers pass it on. */
export interface Node {
  readonly __typename: string;
  /** What it really is, where it stands for an @interfaceObject. */
  readonly type: string;
  readonly record: number;
  /** What the gateway sent along with its key. */
  readonly reference?: Readonly<Record<string, unknown>>;
  /** What the field that returned it promised to answer itself. */
  readonly provided?: readonly string[];
}

type Args = Readonly<Record<string, unknown>>;

export const recordCount = 3;

const leafValues: Readonly<Record<string, readonly unknown[]>> = {
  Int: [0, 1, -7, 42],
  String: ["", "s", 'é"\\', "0"],
  Boolean: [false, true],
  Float: [0, 1.5, -0.25, 3],
  ID: ["0", "x", "", "T:1"],
  Color: colors,
  Blob: [0, "", false, {}, [], { a: { b: [null, 0] }, __typename: "E0", id: 1 }, [[1], { c: "" }], "text"],
};

/** The one truth behind monolith and subgraphs: every value follows from the case's numbers. */
export function createStore(model: CaseModel, split: Split) {
  const { world } = split;
  const oddities = placeOddities(model, split);

  const leaf = (name: string, seed: string): unknown =>
    take(leafValues[name] ?? [null], hash(`${model.noise} ${seed}`));

  const item = (name: string, seed: string): unknown => {
    if (leafTypes.includes(name)) return leaf(name, seed);
    const type = take(possibleTypes(world, name), hash(`${seed} type`));
    return { __typename: type, type, record: hash(`${seed} record ${model.noise}`) % recordCount } satisfies Node;
  };

  const wrapped = ({ name, wrap }: TypeReference, seed: string, oddity: OddityModel["kind"] | undefined): unknown => {
    const inner = wrap.replace(/!$/, "");
    if (!inner.startsWith("[")) return item(name, seed);
    const of = { name, wrap: inner.slice(1, -1) };
    if (oddity === "empty list") return [];
    const items = [0, 1].map((index) => wrapped(of, `${seed} ${index}`, undefined));
    if (oddity === "null item") items[1] = null;
    if (oddity === "failed item") items[0] = new GraphQLError("A failed item", { extensions: { code: "ODD" } });
    return items;
  };

  /** @param required what the required fields are, where this field needs any */
  const value = (type: string, record: number, field: Field, args: Args, required: unknown): unknown => {
    const place = `${type}.${record % recordCount}.${field.name}`;
    const oddity = oddities.get(place);
    if (oddity === "null") return null;
    if (oddity === "error") throw new GraphQLError("A failed field", { extensions: { code: "ODD" } });
    const seed = `${place} ${JSON.stringify(args)} ${JSON.stringify(required)}`;
    return wrapped(field.type, seed, oddity);
  };

  return { value };
}

export type Store = ReturnType<typeof createStore>;

/** An entity's own keys; no two of them share any. */
export function keyOf(type: string, record: number, name: string): unknown {
  switch (name) {
    case "id":
    case "upc":
      return `${type}-${name}-${record}`;
    case "kind":
      return record * 7; // 0 among them
    case "ref":
      return {
        __typename: "Ref",
        type: "Ref",
        record,
        reference: { code: `${type}-code-${record}`, region: record },
      } satisfies Node;
    default:
      throw new Error(`Not a key: ${name}`);
  }
}

export function hash(text: string): number {
  let result = 2166136261;
  for (let index = 0; index < text.length; index += 1) {
    result = Math.imul(result ^ text.charCodeAt(index), 16777619);
  }
  return (result ^ (result >>> 15)) >>> 0;
}

/** What is not as usual, by `Type.record.field`. Keys are left alone, and what others require does not fail. */
function placeOddities(model: CaseModel, { world, features }: Split): Map<string, OddityModel["kind"]> {
  const required = new Set<string>();
  for (const [key, requirements] of features.requirements) {
    const [typeName = ""] = key.split(".");
    for (const { field, inner } of requirements) {
      required.add(`${typeName}.${field}`);
      const innerType = world.objects.get(typeName)?.fields.find(({ name }) => name === field)?.type.name ?? "";
      for (const name of inner) required.add(`${innerType}.${name}`);
    }
  }
  const types: { name: string; fields: readonly Field[] }[] = [
    { name: "Query", fields: world.queries },
    { name: "Mutation", fields: world.mutations },
    ...[...world.objects.values()].filter(({ name }) => name !== "Ref"),
  ].filter(({ fields }) => fields.length > 0);
  const placed = new Map<string, OddityModel["kind"]>();
  for (const { kind, type, record, field } of model.oddities) {
    const owner = take(types, type);
    const { name } = take(owner.fields, field);
    const isRoot = owner.name === "Query" || owner.name === "Mutation";
    if (["id", "upc", "kind", "ref"].includes(name) || required.has(`${owner.name}.${name}`)) continue;
    placed.set(`${owner.name}.${isRoot ? 0 : record % recordCount}.${name}`, kind);
  }
  return placed;
}
