import { type CaseModel, type FeatureModel } from "./model";
import { type Field, keyFieldNames, keyFields, leafTypes, type ObjectType, take, type World } from "./world";

/** What a subgraph is to a field of its SDL; one that does not own it must never be asked for it. */
export type Role = "owner" | "external" | "overridden";

export const subgraphName = (index: number): string => `s${index}`;

/** A field that another one needs, with the arguments that it needs it with. */
export interface Requirement {
  readonly field: string;
  readonly argsText: string;
  /** The leaf fields that are read of it, where it is an object. */
  readonly inner: readonly string[];
}

export interface InterfaceObject {
  readonly subgraph: string;
  readonly name: string;
  readonly field: Field;
  readonly query: Field;
}

/** What the features of federation change about a plain split: each field answered by one subgraph, known by keys alone. */
export interface Features {
  /** `Type.field` to the subgraphs that answer it; of the others it is the field's own `owner`. */
  readonly owners: Map<string, Set<number>>;
  readonly shared: Set<string>;
  /** `subgraph.Type.field` of what a subgraph declares without answering it. */
  readonly roles: Map<string, Role>;
  /** `subgraph.Type.field` to the directives there. */
  readonly directives: Map<string, string[]>;
  /** By `Type.field`. */
  readonly requirements: Map<string, Requirement[]>;
  /** `subgraph.Type.field` to the fields that come with what it returns. */
  readonly provided: Map<string, string[]>;
  readonly interfaceObjects: InterfaceObject[];
  readonly interfaceObjectFields: Set<string>;
  readonly keyedInterfaces: Set<string>;
  readonly keyedTypes: Set<string>;
}

/** Applies what of the features makes sense in this world; the rest has no effect. */
export function applyFeatures(world: World, model: CaseModel, wanted: readonly FeatureModel[]): Features {
  const features: Features = {
    owners: new Map(),
    shared: new Set(),
    roles: new Map(),
    directives: new Map(),
    requirements: new Map(),
    provided: new Map(),
    interfaceObjects: [],
    interfaceObjectFields: new Set(),
    keyedInterfaces: new Set(),
    keyedTypes: new Set(),
  };
  const entities = [...world.objects.values()].filter(({ keys }) => keys.length > 0);
  const taken = new Set<string>();
  for (const feature of wanted) {
    const entity = take(entities, feature.type);
    const candidates = entity.fields.filter(
      (field) => isPlain(entity, field) && !taken.has(`${entity.name}.${field.name}`),
    );
    if (feature.kind === "interfaceObject") addInterfaceObject(world, features, feature);
    else if (feature.kind === "provides") provide(world, features, feature, taken);
    else if (candidates.length > 0) {
      const field = take(candidates, feature.field);
      if (feature.kind === "requires") require(world, features, feature, entity, field, taken);
      else if (feature.kind === "override") override(model, features, feature, entity, field, taken);
      else share(model, features, feature, entity, field, taken);
    }
  }
  return features;
}

function isPlain(type: ObjectType, field: Field): boolean {
  return !keyFieldNames(["id upc kind ref"]).has(field.name) && !/^io?\d/.test(field.name) && type.keys.length > 0;
}

const isLeaf = ({ type }: Field): boolean => leafTypes.includes(type.name);

function share(
  model: CaseModel,
  features: Features,
  { other }: FeatureModel,
  type: ObjectType,
  field: Field,
  taken: Set<string>,
): void {
  const key = `${type.name}.${field.name}`;
  features.shared.add(key);
  features.owners.set(key, new Set([field.owner, other % model.subgraphCount]));
  taken.add(key);
}

function override(
  model: CaseModel,
  features: Features,
  { other }: FeatureModel,
  type: ObjectType,
  field: Field,
  taken: Set<string>,
): void {
  const from = other % model.subgraphCount;
  const key = `${type.name}.${field.name}`;
  if (from === field.owner || features.roles.has(`${subgraphName(from)}.${key}`)) return;
  addDirective(features, `${subgraphName(field.owner)}.${key}`, `@override(from: "${subgraphName(from)}")`);
  features.roles.set(`${subgraphName(from)}.${key}`, "overridden");
  taken.add(key);
}

function require(
  world: World,
  features: Features,
  feature: FeatureModel,
  type: ObjectType,
  field: Field,
  taken: Set<string>,
): void {
  if (!isLeaf(field) || field.type.wrap.includes("[")) return;
  const needed = type.fields.filter(
    (candidate, index) =>
      isPlain(type, candidate) &&
      index < type.fields.indexOf(field) &&
      candidate.owner !== field.owner &&
      !features.shared.has(`${type.name}.${candidate.name}`) &&
      !features.roles.has(`${subgraphName(field.owner)}.${type.name}.${candidate.name}`) &&
      (isLeaf(candidate) || innerOf(world, candidate).length > 0),
  );
  if (needed.length === 0) return;
  const requirement = take(needed, feature.other);
  const key = `${type.name}.${field.name}`;
  const argsText = argumentsFor(requirement, feature.argument);
  const inner = isLeaf(requirement) ? [] : innerOf(world, requirement);
  const text = `${requirement.name}${argsText}${inner.length === 0 ? "" : ` { ${inner.join(" ")} }`}`;
  const subgraph = subgraphName(field.owner);
  addDirective(features, `${subgraph}.${key}`, `@requires(fields: "${text.replaceAll('"', '\\"')}")`);
  addDirective(features, `${subgraph}.${type.name}.${requirement.name}`, "@external");
  features.roles.set(`${subgraph}.${type.name}.${requirement.name}`, "external");
  features.requirements.set(key, [{ field: requirement.name, argsText, inner }]);
  taken.add(key);
}

/** Of an object without a key: its leaf fields that need no arguments. */
function innerOf(world: World, field: Field): string[] {
  const type = world.objects.get(field.type.name);
  if (type === undefined || type.keys.length > 0) return [];
  return type.fields
    .filter((inner) => isLeaf(inner) && inner.args.length === 0)
    .map(({ name }) => name)
    .slice(0, 2);
}

function argumentsFor({ args }: Field, pick: number): string {
  const given = args.flatMap((arg) => {
    const [name = "", type = ""] = arg.split(": ");
    if (type === "Int!") return [`${name}: ${pick % 3}`];
    if (pick % 2 === 0) return [];
    if (type.startsWith("Int")) return [`${name}: ${pick % 3}`];
    if (type.startsWith("Color")) return [`${name}: BLUE`];
    if (type.startsWith("Filter")) return [`${name}: { color: GREEN, within: { min: 1 } }`];
    return [`${name}: ["t"]`];
  });
  return given.length === 0 ? "" : `(${given.join(", ")})`;
}

function provide(world: World, features: Features, feature: FeatureModel, taken: Set<string>): void {
  const parents = [
    ...world.queries.map((field) => ({ type: "Query", field })),
    ...[...world.objects.values()]
      .filter(({ keys }) => keys.length > 0)
      .flatMap((type) =>
        type.fields.filter((field) => isPlain(type, field)).map((field) => ({ type: type.name, field })),
      ),
  ].filter(({ field }) => (world.objects.get(field.type.name)?.keys.length ?? 0) > 0);
  if (parents.length === 0) return;
  const parent = take(parents, feature.type);
  const entity = world.objects.get(parent.field.type.name);
  if (entity === undefined || features.shared.has(`${parent.type}.${parent.field.name}`)) return;
  const subgraph = subgraphName(parent.field.owner);
  const candidates = entity.fields.filter((field) => {
    const key = `${entity.name}.${field.name}`;
    return (
      isPlain(entity, field) &&
      isLeaf(field) &&
      field.args.length === 0 &&
      field.owner !== parent.field.owner &&
      !taken.has(key)
    );
  });
  if (candidates.length === 0) return;
  const field = take(candidates, feature.field);
  const key = `${entity.name}.${field.name}`;
  const parentKey = `${subgraph}.${parent.type}.${parent.field.name}`;
  if (features.provided.has(parentKey) || features.roles.has(parentKey)) return;
  addDirective(features, parentKey, `@provides(fields: "${field.name}")`);
  addDirective(features, `${subgraph}.${key}`, "@external");
  features.roles.set(`${subgraph}.${key}`, "external");
  features.shared.add(key);
  features.owners.set(key, new Set([field.owner]));
  features.provided.set(parentKey, [field.name]);
}

function addInterfaceObject(world: World, features: Features, feature: FeatureModel): void {
  const candidates = [...world.interfaces.values()].filter(
    ({ name, implementers }) =>
      !features.keyedInterfaces.has(name) &&
      implementers.every((member) => world.objects.get(member)?.keys.includes("id")),
  );
  if (candidates.length === 0) return;
  const type = take(candidates, feature.type);
  const position = features.interfaceObjects.length;
  const leaf = take(leafTypes, feature.field);
  const field: Field = {
    name: `io${position}`,
    type: { name: leaf, wrap: take(["T", "T!", "[T]"], feature.other) },
    args: feature.argument % 2 === 0 ? [] : ["x: Int = 5"],
    owner: -1,
  };
  const query: Field = {
    name: `qio${position}`,
    type: { name: type.name, wrap: take(["T", "[T]"], feature.argument) },
    args: [],
    owner: -1,
  };
  const [id] = keyFields;
  if (id === undefined) return;
  type.fields.push(field, id);
  for (const member of type.implementers) {
    world.objects.get(member)?.fields.push(field);
    features.keyedTypes.add(member);
  }
  world.queries.push(query);
  features.keyedInterfaces.add(type.name);
  features.interfaceObjectFields.add(field.name);
  features.interfaceObjects.push({ subgraph: `io${position}`, name: type.name, field, query });
}

function addDirective(features: Features, place: string, directive: string): void {
  const there = features.directives.get(place) ?? [];
  if (!there.includes(directive)) features.directives.set(place, [...there, directive]);
}
