import { addDirective, type Features, isLeaf, isPlain, subgraphName } from "./features";
import { type CaseModel, type FeatureModel } from "./model";
import { require } from "./requires";
import { type Field, keyFields, leafTypes, type ObjectType, take, type World } from "./world";

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
    if (feature.kind === "requires") require(world, features, feature, taken);
    else if (feature.kind === "interfaceObject") addInterfaceObject(world, features, feature);
    else if (feature.kind === "provides") provide(world, features, feature, taken);
    else if (candidates.length > 0) {
      const field = take(candidates, feature.field);
      if (feature.kind === "override") override(model, features, feature, entity, field, taken);
      else share(model, features, feature, entity, field, taken);
    }
  }
  return features;
}

function share(
  model: CaseModel,
  features: Features,
  { other }: FeatureModel,
  type: ObjectType,
  field: Field,
  taken: Set<string>,
): void {
  const key = `${type.name}.${field.name}`;
  const also = other % model.subgraphCount;
  if (features.roles.has(`${subgraphName(also)}.${key}`)) return;
  features.shared.add(key);
  features.owners.set(key, new Set([field.owner, also]));
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

function provide(world: World, features: Features, feature: FeatureModel, taken: Set<string>): void {
  const parents = [
    ...world.queries.map((field) => ({ type: "Query", field })),
    ...[...world.objects.values()].flatMap((type) =>
      type.fields.filter((field) => isPlain(type, field)).map((field) => ({ type: type.name, field })),
    ),
  ];
  const possible = parents.flatMap((parent) => {
    const place = `${parent.type}.${parent.field.name}`;
    const parentKey = `${subgraphName(parent.field.owner)}.${place}`;
    if (features.shared.has(place) || features.provided.has(parentKey) || features.roles.has(parentKey)) return [];
    const entity = world.objects.get(parent.field.type.name);
    const fields = entity?.fields.filter((field) => {
      const isElsewhere = field.owner !== parent.field.owner && !taken.has(`${entity.name}.${field.name}`);
      return isElsewhere && isPlain(entity, field) && isLeaf(field) && field.args.length === 0;
    });
    return (fields ?? []).map((field) => ({ parent, parentKey, field }));
  });
  if (possible.length === 0) return;
  const { parent, parentKey, field } = take(possible, feature.type + feature.field);
  const key = `${parent.field.type.name}.${field.name}`;
  const there = `${subgraphName(parent.field.owner)}.${key}`;
  addDirective(features, parentKey, `@provides(fields: "${field.name}")`);
  addDirective(features, there, "@external");
  features.roles.set(there, "external");
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
