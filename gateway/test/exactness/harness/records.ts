import { parse, Kind, valueFromASTUntyped } from "graphql";

/** One thing that the graph knows, as the store has it: by field name, and whatever its resolvers need beside. */
export type StoredRecord = Readonly<Record<string, unknown>>;

/** By object type. Monolith and subgraphs read the same. */
export type Records = Readonly<Record<string, readonly StoredRecord[]>>;

/** What one subgraph's SDL says about a type, as far as looking up its entities needs it. */
export interface TypeView {
  /** Fields that this subgraph declares but does not own: only a representation brings their values. */
  readonly external: ReadonlySet<string>;
  readonly declared: ReadonlySet<string>;
  readonly keys: readonly string[];
}

/** Reads the object and interface types of a subgraph's SDL. */
export function readTypeViews(sdl: string): Map<string, TypeView> {
  const views = new Map<string, TypeView>();
  for (const definition of parse(sdl).definitions) {
    if (
      definition.kind !== Kind.OBJECT_TYPE_DEFINITION &&
      definition.kind !== Kind.INTERFACE_TYPE_DEFINITION &&
      definition.kind !== Kind.OBJECT_TYPE_EXTENSION
    ) {
      continue;
    }
    const fields = definition.fields ?? [];
    views.set(definition.name.value, {
      declared: new Set(fields.map((field) => field.name.value)),
      external: new Set(
        fields
          .filter((field) => field.directives?.some(({ name }) => name.value === "external"))
          .map((field) => field.name.value),
      ),
      keys: (definition.directives ?? [])
        .filter(({ name }) => name.value === "key")
        .flatMap(({ arguments: given }) => given?.filter(({ name }) => name.value === "fields") ?? [])
        .map(({ value }) => String(valueFromASTUntyped(value))),
    });
  }
  return views;
}

/**
 * Resolves a representation as an honest service would: by one of the keys that it declares, whole, and of what it does
 * not own it knows no more than the representation tells.
 * @returns null where it has no such entity
 * @throws where the representation carries none of the keys: the gateway must never send such a one
 */
export function resolveReference(
  reference: StoredRecord,
  candidates: readonly StoredRecord[],
  view: TypeView,
  ownedElsewhere: ReadonlySet<string>,
): StoredRecord | null {
  const key = view.keys.map(parseFieldSet).find((fields) => matches(fields, reference));
  if (key === undefined) throw new Error(`A representation without a key: ${JSON.stringify(reference)}`);
  const found = candidates.find((record) => sameKey(key, reference, record));
  if (found === undefined) return null;
  const own = Object.entries(found).filter(([name]) => !ownedElsewhere.has(name));
  const { __typename, ...given } = reference;
  return { ...Object.fromEntries(own), ...given };
}

interface FieldSet {
  readonly [field: string]: FieldSet | true;
}

function parseFieldSet(fields: string): FieldSet {
  const [definition] = parse(`{ ${fields} }`).definitions;
  type Selections = Extract<typeof definition, { kind: Kind.OPERATION_DEFINITION }>["selectionSet"];
  const read = (set: Selections): FieldSet =>
    Object.fromEntries(
      set.selections.flatMap((selection) =>
        selection.kind === Kind.FIELD
          ? [[selection.name.value, selection.selectionSet === undefined ? true : read(selection.selectionSet)]]
          : [],
      ),
    );
  return definition?.kind === Kind.OPERATION_DEFINITION ? read(definition.selectionSet) : {};
}

function matches(fields: FieldSet, value: unknown): boolean {
  if (!isRecord(value)) return false;
  return Object.entries(fields).every(([name, inner]) =>
    inner === true ? value[name] !== undefined && value[name] !== null : matches(inner, value[name]),
  );
}

function sameKey(fields: FieldSet, a: StoredRecord, b: unknown): boolean {
  if (!isRecord(b)) return false;
  return Object.entries(fields).every(([name, inner]) =>
    inner === true ? a[name] === b[name] : isRecord(a[name]) && sameKey(inner, a[name], b[name]),
  );
}

function isRecord(value: unknown): value is StoredRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
