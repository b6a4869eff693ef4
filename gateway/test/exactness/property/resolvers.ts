import {
  getArgumentValues,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  parse,
} from "graphql";
import { type Requirement } from "./features";
import { type Split } from "./split";
import { keyOf, type Node, recordCount, type Store } from "./store";
import { type Field, possibleTypes } from "./world";

/** One execution's: mutations answer with their turn. */
export interface CallLog {
  calls: number;
}

type Arguments = Readonly<Record<string, unknown>>;
type Resolve = GraphQLFieldResolver<Node | undefined, CallLog, Arguments>;

/** Gives every field of the monolith its resolver. */
export function resolveMonolith(schema: GraphQLSchema, split: Split, store: Store): void {
  forEachField(schema, split, (type, field) => (node, args: Arguments, log) => {
    const required = split.features.requirements.get(`${type.name}.${field.name}`)?.map((requirement) => {
      return requiredOfStore(schema, split, store, type.name, node?.record ?? 0, requirement);
    });
    return resolve(type.name, node, field, args, log, store, required);
  });
}

/**
 * Gives every field of one subgraph its resolver. They know what this subgraph owns, what the gateway sent along and what
 * was promised by @provides; asked for anything else they fail with an error that the monolith does not have.
 */
export function resolveSubgraph(subgraph: string, schema: GraphQLSchema, split: Split, store: Store): void {
  forEachField(schema, split, (type, field) => (node, args: Arguments, log) => {
    const key = `${type.name}.${field.name}`;
    const role = split.role(subgraph, type.name, field.name);
    const isProvided = node?.provided?.includes(field.name) === true;
    if (role === "overridden" || (role === "external" && !isProvided)) {
      throw new Error(`${subgraph} was asked for ${key}, which is not its own.`);
    }
    const required = split.features.requirements.get(key)?.map((requirement) => {
      const { field: name, inner } = requirement;
      // What it provides it has, and need not be given.
      if (node?.provided?.includes(name) === true) {
        return requiredOfStore(schema, split, store, type.name, node.record, requirement);
      }
      if (node?.reference === undefined || !(name in node.reference)) {
        throw new Error(`${subgraph} was asked for ${key} without ${name}, which it requires.`);
      }
      return onlyInner(node.reference[name], inner);
    });
    const value = resolve(node?.type ?? type.name, node, field, args, log, store, required);
    const provided = split.features.provided.get(`${subgraph}.${key}`);
    return provided === undefined ? value : withProvided(value, provided);
  });
}

/** Finds an entity by whatever key the representation carries. */
export function findEntity(split: Split, reference: Readonly<Record<string, unknown>>): Node | null {
  const named = String(reference["__typename"]);
  for (const type of possibleTypes(split.world, named)) {
    for (let record = 0; record < recordCount; record += 1) {
      const isIt = ["id", "upc", "kind"].every(
        (name) => reference[name] === undefined || reference[name] === keyOf(type, record, name),
      );
      const ref = reference["ref"] as Record<string, unknown> | undefined;
      const own = keyOf(type, record, "ref") as Node;
      const isRef = ref === undefined || ref["code"] === own.reference?.["code"];
      const isAny = ["id", "upc", "ref"].some((name) => reference[name] !== undefined);
      if (isIt && isRef && isAny) return { __typename: type, type, record, reference };
    }
  }
  return null;
}

function forEachField(
  schema: GraphQLSchema,
  { world }: Split,
  resolverOf: (type: GraphQLObjectType, field: Field) => Resolve,
): void {
  const known = new Map<string, readonly Field[]>([
    ["Query", world.queries],
    ["Mutation", world.mutations],
    ...[...world.objects.values()].map(({ name, fields }) => [name, fields] as const),
    ...[...world.interfaces.values()].map(({ name, fields }) => [name, fields] as const),
  ]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of known.get(type.name) ?? []) {
      const declared = type.getFields()[field.name];
      if (declared !== undefined) declared.resolve = resolverOf(type, field);
    }
  }
}

function resolve(
  typeName: string,
  node: Node | undefined,
  field: Field,
  args: Readonly<Record<string, unknown>>,
  log: CallLog,
  store: Store,
  required: unknown,
): unknown {
  if (typeName === "Mutation") log.calls += 1;
  if (typeName === "Ref") return node?.reference?.[field.name];
  if (["id", "upc", "kind", "ref"].includes(field.name))
    return keyOf(node?.type ?? typeName, node?.record ?? 0, field.name);
  const turn = typeName === "Mutation" ? log.calls : undefined;
  return store.value(typeName, node?.record ?? 0, field, turn === undefined ? args : { ...args, turn }, required);
}

function requiredOfStore(
  schema: GraphQLSchema,
  split: Split,
  store: Store,
  typeName: string,
  record: number,
  { field: name, argsText, inner }: Requirement,
): unknown {
  const type = schema.getType(typeName);
  const field = split.world.objects.get(typeName)?.fields.find((candidate) => candidate.name === name);
  const declared = isObjectType(type) ? type.getFields()[name] : undefined;
  if (field === undefined || declared === undefined) throw new Error(`No field ${typeName}.${name}`);
  const further = split.features.requirements
    .get(`${typeName}.${name}`)
    ?.map((requirement) => requiredOfStore(schema, split, store, typeName, record, requirement));
  const value = store.value(typeName, record, field, argumentsOf(declared, name, argsText), further);
  const read = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(read);
    if (item === null || inner.length === 0) return item;
    const node = item as Node;
    const fields = split.world.objects.get(node.type)?.fields ?? [];
    return Object.fromEntries(
      inner.map((innerName) => {
        const innerField = fields.find((candidate) => candidate.name === innerName);
        if (innerField === undefined) throw new Error(`No field ${innerName}`);
        return [innerName, store.value(node.type, node.record, innerField, {}, undefined)];
      }),
    );
  };
  return read(value);
}

function argumentsOf(declared: Parameters<typeof getArgumentValues>[0], name: string, argsText: string) {
  const [definition] = parse(`{ ${name}${argsText} }`).definitions;
  const [node] = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
  return node?.kind === Kind.FIELD ? getArgumentValues(declared, node) : {};
}

function onlyInner(value: unknown, inner: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => onlyInner(item, inner));
  if (inner.length === 0 || value === null) return value;
  return Object.fromEntries(inner.map((name) => [name, (value as Record<string, unknown>)[name]]));
}

function withProvided(value: unknown, provided: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => withProvided(item, provided));
  if (value === null || value instanceof Error) return value;
  return { ...(value as Node), provided };
}
