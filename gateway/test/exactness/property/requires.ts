import { addDirective, type Features, isLeaf, isPlain, type Requirement, subgraphName } from "./features";
import { type FeatureModel } from "./model";
import { type Field, type ObjectType, take, type World } from "./world";

/** Lets a field need one or two that other subgraphs answer, with arguments where they take any. */
export function require(world: World, features: Features, feature: FeatureModel, taken: Set<string>): void {
  const possible = requiringIn([...world.objects.values()], world, features, taken);
  if (possible.length === 0) return;
  const { type, field, needed } = take(possible, feature.type + feature.field);
  const first = take(needed, feature.other);
  const second = take(needed, feature.other + 1);
  const both = feature.argument % 3 === 0 && second !== first ? [first, second] : [first];
  requireOf(world, features, feature, { type, field, needed: both }, taken);
  if (feature.argument % 4 === 1) continueChain(world, features, feature, { type, field }, taken);
}

/** Lets a later field need the last of a chain, and so on: where subgraphs are few the chain comes back to where it began. */
function continueChain(
  world: World,
  features: Features,
  feature: FeatureModel,
  { type, field }: Omit<Requiring, "needed">,
  taken: Set<string>,
): void {
  const next = requiringIn([type], world, features, taken).find(({ needed }) => needed.includes(field));
  if (next === undefined) return;
  requireOf(world, features, feature, { ...next, needed: [field] }, taken);
  continueChain(world, features, feature, next, taken);
}

/** A field, and what it may need. */
interface Requiring {
  readonly type: ObjectType;
  readonly field: Field;
  readonly needed: readonly Field[];
}

function requiringIn(types: readonly ObjectType[], world: World, features: Features, taken: Set<string>): Requiring[] {
  return types
    .filter(({ keys }) => keys.length > 0)
    .flatMap((type) => type.fields.map((field) => ({ type, field, needed: neededBy(field, type, world, features) })))
    .filter(({ type, field, needed }) => {
      const key = `${type.name}.${field.name}`;
      return isPlain(type, field) && isLeaf(field) && !taken.has(key) && !features.shared.has(key) && needed.length > 0;
    });
}

function requireOf(
  world: World,
  features: Features,
  feature: FeatureModel,
  { type, field, needed }: Requiring,
  taken: Set<string>,
): void {
  const requirements = needed.map((requirement, index): Requirement => {
    const inner = isLeaf(requirement) ? [] : innerOf(world, requirement);
    return { field: requirement.name, argsText: argumentsFor(requirement, feature.argument + index), inner };
  });
  const key = `${type.name}.${field.name}`;
  const subgraph = subgraphName(field.owner);
  const text = requirements.map(print).join(" ");
  addDirective(features, `${subgraph}.${key}`, `@requires(fields: "${text.replaceAll('"', '\\"')}")`);
  for (const { name } of needed) {
    addDirective(features, `${subgraph}.${type.name}.${name}`, "@external");
    features.roles.set(`${subgraph}.${type.name}.${name}`, "external");
  }
  features.requirements.set(key, requirements);
  taken.add(key);
}

/** Fields before it, so that nothing needs itself in the end, which its own subgraph does not answer. */
function neededBy(field: Field, type: ObjectType, world: World, features: Features): Field[] {
  return type.fields.filter(
    (candidate, index) =>
      isPlain(type, candidate) &&
      index < type.fields.indexOf(field) &&
      candidate.owner !== field.owner &&
      !features.shared.has(`${type.name}.${candidate.name}`) &&
      features.roles.get(`${subgraphName(field.owner)}.${type.name}.${candidate.name}`) !== "overridden" &&
      (isLeaf(candidate) || innerOf(world, candidate).length > 0),
  );
}

function print({ field, argsText, inner }: Requirement): string {
  return `${field}${argsText}${inner.length === 0 ? "" : ` { ${inner.join(" ")} }`}`;
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
