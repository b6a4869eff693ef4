import { type CaseModel } from "./model";
import { applyFeatures } from "./apply-features";
import { type Features, type InterfaceObject, type Role, subgraphName } from "./features";
import {
  buildWorld,
  type Field,
  inputSdl,
  keyFieldNames,
  leafSdl,
  type ObjectType,
  possibleTypes,
  printField,
  printMonolith,
  take,
  type World,
} from "./world";

/** A world cut into subgraphs. */
export interface Split {
  readonly world: World;
  readonly monolithSdl: string;
  readonly subgraphs: Readonly<Record<string, string>>;
  readonly features: Features;
  role(subgraph: string, typeName: string, fieldName: string): Role;
}

/** How daring a split is; what does not compose is tried again with less. */
export interface SplitOptions {
  readonly features: number;
  /** Not every subgraph knows an entity by the same keys. */
  readonly mixedKeys: boolean;
}

export function splitWorld(model: CaseModel, options: SplitOptions): Split {
  const world = buildWorld(model);
  const features = applyFeatures(world, model, model.features.slice(0, options.features));
  const known = new Set<string>();
  const subgraphs: Record<string, string> = {};
  for (let index = 0; index < model.subgraphCount; index += 1) {
    subgraphs[subgraphName(index)] = printSubgraph(world, features, model, index, options, known);
  }
  for (const given of features.interfaceObjects) subgraphs[given.subgraph] = printInterfaceObject(given);
  return {
    world,
    monolithSdl: printMonolith(world, known),
    subgraphs,
    features,
    role: (subgraph, typeName, fieldName) => features.roles.get(`${subgraph}.${typeName}.${fieldName}`) ?? "owner",
  };
}

function printSubgraph(
  world: World,
  features: Features,
  model: CaseModel,
  index: number,
  { mixedKeys }: SplitOptions,
  known: Set<string>,
): string {
  const subgraph = subgraphName(index);
  const owns = (typeName: string, field: Field): boolean =>
    features.owners.get(`${typeName}.${field.name}`)?.has(index) ?? field.owner === index;
  const isDeclared = (type: ObjectType, field: Field): boolean => {
    if (type.keys.length === 0) return true;
    if (features.roles.has(`${subgraph}.${type.name}.${field.name}`)) return true;
    if (keysIn(type).fields.has(field.name)) return true;
    if (features.interfaceObjectFields.has(field.name)) return false;
    return !isKeyField(type, field) && (isCommon(world, field) || owns(type.name, field));
  };
  const keysIn = (type: ObjectType): { keys: readonly string[]; fields: Set<string> } => {
    const offset = index + model.noise;
    const some = [take(type.keys, offset), ...(offset % 3 === 0 ? [take(type.keys, offset + 1)] : [])];
    const chosen = !mixedKeys || index === 0 ? type.keys : [...new Set(some)];
    const keys = features.keyedTypes.has(type.name) ? [...new Set(["id", ...chosen])] : chosen;
    return { keys, fields: keyFieldNames(keys) };
  };

  const queries = world.queries.filter((field) => owns("Query", field));
  const mutations = world.mutations.filter((field) => owns("Mutation", field));
  const included = new Set<string>(["Ref"]);
  const include = (name: string): void => {
    if (included.has(name)) return;
    included.add(name);
    for (const possible of possibleTypes(world, name)) include(possible);
    const type = world.objects.get(name);
    for (const field of type?.fields ?? []) if (type !== undefined && isDeclared(type, field)) include(field.type.name);
    for (const field of world.interfaces.get(name)?.fields ?? []) include(field.type.name);
  };
  for (const field of [...queries, ...mutations]) include(field.type.name);
  for (const type of world.objects.values()) {
    if (type.keys.length === 0) continue;
    // The first subgraph knows every entity by all its keys, so that there is a way between any two.
    if (
      index === 0 ||
      type.fields.some((field) => !isKeyField(type, field) && !isCommon(world, field) && isDeclared(type, field))
    ) {
      include(type.name);
    }
  }
  for (const type of world.interfaces.values()) {
    const [, owned] = type.fields;
    if (owned?.owner === index || (index === 0 && features.keyedInterfaces.has(type.name))) include(type.name);
  }

  const directives = (typeName: string, field: Field): string => {
    const key = `${typeName}.${field.name}`;
    const own = features.directives.get(`${subgraph}.${key}`) ?? [];
    const isKey = world.objects.get(typeName)?.keys.length !== 0 && keyFieldNames(["id upc kind ref"]).has(field.name);
    const role = features.roles.get(`${subgraph}.${key}`);
    const isShared =
      role === undefined &&
      (features.shared.has(key) ||
        isKey ||
        world.objects.get(typeName)?.keys.length === 0 ||
        (isCommon(world, field) && typeName !== "Query" && typeName !== "Mutation"));
    return [...(isShared ? ["@shareable"] : []), ...own].map((directive) => ` ${directive}`).join("");
  };
  const printFields = (typeName: string, fields: readonly Field[]): string =>
    fields.map((field) => printField(field, directives(typeName, field))).join(" ");

  const interfaceFields = (name: string): Field[] => {
    const type = world.interfaces.get(name);
    if (type === undefined) return [];
    return type.fields.filter(
      (field) =>
        field.name !== "id" &&
        type.implementers.every((implementer) => {
          const object = world.objects.get(implementer);
          return object !== undefined && isDeclared(object, field);
        }),
    );
  };
  for (const name of included) known.add(name);
  const parts = [leafSdl, inputSdl];
  if (queries.length > 0) parts.push(`type Query { ${printFields("Query", queries)} }`);
  if (mutations.length > 0) parts.push(`type Mutation { ${printFields("Mutation", mutations)} }`);
  for (const name of included) {
    const object = world.objects.get(name);
    const union = world.unions.get(name);
    if (object !== undefined) {
      const { keys } = keysIn(object.keys.length === 0 ? { ...object, keys: ["id"] } : object);
      const fields = object.fields.filter((field) => isDeclared(object, field));
      const isStub = fields.every((field) => isKeyField(object, field));
      const resolvable =
        isStub && index !== 0 && model.noise % 2 === 1 && !features.keyedTypes.has(name) ? ", resolvable: false" : "";
      const entity = object.keys.length === 0 ? "" : keys.map((key) => ` @key(fields: "${key}"${resolvable})`).join("");
      const interfaces = object.interfaces.filter((interfaceName) => included.has(interfaceName));
      const implementing = interfaces.length === 0 ? "" : ` implements ${interfaces.join(" & ")}`;
      parts.push(`type ${name}${implementing}${entity} { ${printFields(name, fields)} }`);
    } else if (union !== undefined) {
      parts.push(`union ${name} = ${union.members.join(" | ")}`);
    } else if (world.interfaces.has(name)) {
      const keyed = features.keyedInterfaces.has(name);
      const fields = interfaceFields(name).map((field) => printField(field));
      parts.push(
        `interface ${name}${keyed ? ` @key(fields: "id")` : ""} { ${[...(keyed ? ["id: ID!"] : []), ...fields].join(" ")} }`,
      );
    }
  }
  return parts.join("\n");
}

function printInterfaceObject({ name, field, query }: InterfaceObject): string {
  return [
    leafSdl,
    inputSdl,
    `type Query { ${printField(query)} }`,
    `type ${name} @key(fields: "id") @interfaceObject { id: ID! ${printField(field)} }`,
  ].join("\n");
}

function isKeyField(type: ObjectType, field: Field): boolean {
  return type.keys.length > 0 && keyFieldNames(["id upc kind ref"]).has(field.name);
}

/** The first field of an interface is answered wherever the type is known: no interface is ever without one. */
function isCommon(world: World, field: Field): boolean {
  return [...world.interfaces.values()].some(({ fields }) => fields[0]?.name === field.name);
}
