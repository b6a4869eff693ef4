import { type CaseModel, type FieldModel } from "./model";

/** A type with its wrapping, e.g. name `T0` in `[T0!]`. */
export interface TypeReference {
  readonly name: string;
  /** With `T` where the name belongs. */
  readonly wrap: string;
}

export interface Field {
  readonly name: string;
  readonly type: TypeReference;
  /** As in SDL, without the parentheses. */
  readonly args: readonly string[];
  /** The subgraph that answers it, where it is one. */
  readonly owner: number;
}

export interface ObjectType {
  readonly name: string;
  /** As in `@key(fields:)`; none for an object without identity. */
  readonly keys: readonly string[];
  readonly fields: Field[];
  readonly interfaces: string[];
}

export interface InterfaceType {
  readonly name: string;
  readonly implementers: readonly string[];
  /** The first is known wherever the type is; the others have one owner. */
  readonly fields: Field[];
}

export interface UnionType {
  readonly name: string;
  readonly members: readonly string[];
}

/** A schema as a single server would have it, and what the split into subgraphs needs to know of it. */
export interface World {
  readonly objects: ReadonlyMap<string, ObjectType>;
  readonly interfaces: ReadonlyMap<string, InterfaceType>;
  readonly unions: ReadonlyMap<string, UnionType>;
  readonly queries: Field[];
  readonly mutations: readonly Field[];
}

export const leafTypes = ["Int", "String", "Boolean", "Float", "ID", "Color", "Blob"];
export const colors = ["RED", "GREEN", "BLUE"];
export const leafSdl = `scalar Blob enum Color { ${colors.join(" ")} }`;
export const inputSdl = "input Filter { min: Int = 3 tags: [String!] color: Color within: Filter }";

const wraps = ["T", "T!", "[T]", "[T!]", "[T]!", "[T!]!", "[[T]]", "[[T!]!]!"];
const argLists = [
  [],
  [],
  [],
  ["x: Int"],
  ["x: Int = 5"],
  ["x: Int!"],
  ["y: Filter", "c: Color = RED"],
  ["z: [String!]"],
];

/** What every entity can be known by; the fields behind are never null and never fail. */
const keySets = ["id", "id", "upc", "upc kind", "ref { code }", "id ref { code region }"];
export const keyFields: readonly Field[] = [
  { name: "id", type: { name: "ID", wrap: "T!" }, args: [], owner: 0 },
  { name: "upc", type: { name: "String", wrap: "T!" }, args: [], owner: 0 },
  { name: "kind", type: { name: "Int", wrap: "T!" }, args: [], owner: 0 },
  { name: "ref", type: { name: "Ref", wrap: "T!" }, args: [], owner: 0 },
];
const refFields: readonly Field[] = [
  { name: "code", type: { name: "String", wrap: "T!" }, args: [], owner: 0 },
  { name: "region", type: { name: "Int", wrap: "T!" }, args: [], owner: 0 },
];

export function take<T>(from: readonly T[], pick: number): T {
  const taken = from[pick % from.length];
  if (taken === undefined) throw new Error("Nothing to choose from.");
  return taken;
}

export function printType({ name, wrap }: TypeReference): string {
  return wrap.replace("T", name);
}

export function printField({ name, args, type }: Field, directives = ""): string {
  return `${name}${args.length === 0 ? "" : `(${args.join(", ")})`}: ${printType(type)}${directives}`;
}

export function keyFieldNames(keys: readonly string[]): Set<string> {
  return new Set(keyFields.map(({ name }) => name).filter((name) => keys.some((key) => key.split(" ").includes(name))));
}

export function buildWorld(model: CaseModel): World {
  const entityNames = model.entities.map((_entity, index) => `E${index}`);
  const valueNames = model.values.map((_fields, index) => `V${index}`);
  const objectNames = [...entityNames, ...valueNames];
  const interfaceNames = model.interfaces.map((_interface, index) => `I${index}`);
  const unionNames = model.unions.map((_members, index) => `U${index}`);
  const composites = [...objectNames, ...interfaceNames, ...unionNames, ...entityNames];

  const toField = (name: string, { base, wrap, args, owner }: FieldModel): Field => ({
    name,
    type: { name: base % 2 === 0 ? take(leafTypes, base >> 1) : take(composites, base >> 1), wrap: take(wraps, wrap) },
    args: take(argLists, args),
    owner: owner % model.subgraphCount,
  });
  // The same names in every type: what differs between the members of a union is what makes fragments hard.
  const toFields = (fields: readonly FieldModel[]): Field[] =>
    fields.map((field, index) => toField("abcdefgh".charAt(index), field));

  const objects = new Map<string, ObjectType>([
    ["Ref", { name: "Ref", keys: [], fields: [...refFields], interfaces: [] }],
  ]);
  for (const [index, { keys, fields }] of model.entities.entries()) {
    const name = `E${index}`;
    const taken = [...new Set(keys.map((key) => take(keySets, key)))];
    const known = keyFieldNames(taken);
    const identity = keyFields.filter((field) => known.has(field.name));
    objects.set(name, { name, keys: taken, fields: [...identity, ...toFields(fields)], interfaces: [] });
  }
  for (const [index, fields] of model.values.entries()) {
    objects.set(`V${index}`, { name: `V${index}`, keys: [], fields: toFields(fields), interfaces: [] });
  }

  const interfaces = new Map<string, InterfaceType>();
  for (const [index, { implementers, fields }] of model.interfaces.entries()) {
    const name = `I${index}`;
    const [first = 0] = implementers;
    const from = first % 3 === 0 ? objectNames : entityNames;
    const members = [...new Set(implementers.map((implementer) => take(from, implementer)))];
    const own = fields.map((field, position) => toField(`i${index}${"ab".charAt(position)}`, field));
    interfaces.set(name, { name, implementers: members, fields: own });
    for (const member of members) {
      const object = objects.get(member);
      object?.interfaces.push(name);
      object?.fields.push(...own);
    }
  }
  const unions = new Map(
    model.unions.map((members, index) => [
      `U${index}`,
      { name: `U${index}`, members: [...new Set(members.map((member) => take(objectNames, member)))] },
    ]),
  );
  return {
    objects,
    interfaces,
    unions,
    queries: model.queries.map((field, index) => toField(`q${index}`, field)),
    mutations: model.mutations.map((field, index) => toField(`m${index}`, field)),
  };
}

/** The object types that a value of a type can have. */
export function possibleTypes(world: World, name: string): readonly string[] {
  return world.interfaces.get(name)?.implementers ?? world.unions.get(name)?.members ?? [name];
}

/** The SDL of the whole, without a trace of federation. @param known the types that any subgraph has */
export function printMonolith(world: World, known: ReadonlySet<string>): string {
  const isKnown = ({ name }: { name: string }): boolean => known.has(name);
  const fields = (all: readonly Field[]): string => all.map((field) => printField(field)).join(" ");
  return [
    leafSdl,
    inputSdl,
    `type Query { ${fields(world.queries)} }`,
    world.mutations.length === 0 ? "" : `type Mutation { ${fields(world.mutations)} }`,
    ...[...world.interfaces.values()]
      .filter(isKnown)
      .map((type) => `interface ${type.name} { ${fields(type.fields)} }`),
    ...[...world.unions.values()].filter(isKnown).map(({ name, members }) => `union ${name} = ${members.join(" | ")}`),
    ...[...world.objects.values()].filter(isKnown).map(({ name, interfaces, fields: own }) => {
      const implemented = interfaces.filter((each) => known.has(each));
      return `type ${name}${implemented.length === 0 ? "" : ` implements ${implemented.join(" & ")}`} { ${fields(own)} }`;
    }),
  ]
    .filter((part) => part !== "")
    .join("\n");
}
