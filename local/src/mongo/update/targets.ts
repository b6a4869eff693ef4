import { badValue, CommandError } from "../errors";
import { isDocument, type PlainDocument } from "../values/bson";
import { defineField, isArrayIndex, ownField } from "../values/paths";

/** One place in a document that an update's path names, all its positional parts made numbers. */
export type TargetPath = readonly (string | number)[];

/** What the positional parts of an update's paths stand for. */
export interface Positions {
  /** The element that the filter matched in the array at a path, for `$`. */
  matchedIndex(arrayPath: string): number;
  /** Whether an element passes the array filter of an identifier, for `$[identifier]`. */
  passes(identifier: string, element: unknown): boolean;
}

/** The places that a path such as "variants.$[v].qty" names in a document. */
export function targetsOf(document: PlainDocument, dotted: string, positions: Positions): TargetPath[] {
  const segments = dotted.split(".");
  if (segments.some((segment) => segment === "")) {
    throw new CommandError(56, "EmptyFieldName", `The update path '${dotted}' contains an empty field name`);
  }
  let targets: { path: TargetPath; value: unknown }[] = [{ path: [], value: document }];
  for (const [depth, segment] of segments.entries()) {
    const arrayPath = segments.slice(0, depth).join(".");
    targets = targets.flatMap(({ path, value }) =>
      keysFor(segment, value, arrayPath, positions).map((key) => ({
        path: [...path, key],
        value: childOf(value, key),
      })),
    );
  }
  return targets.map(({ path }) => path);
}

function keysFor(segment: string, value: unknown, arrayPath: string, positions: Positions): (string | number)[] {
  if (segment === "$") return [positions.matchedIndex(arrayPath)];
  const identifier = /^\$\[(.*)\]$/.exec(segment)?.[1];
  if (identifier !== undefined) {
    if (!Array.isArray(value)) {
      throw badValue(`The path '${arrayPath}' must exist in the document in order to apply array updates.`);
    }
    const indexes = [...value.keys()];
    return identifier === "" ? indexes : indexes.filter((index) => positions.passes(identifier, value[index]));
  }
  return [Array.isArray(value) && isArrayIndex(segment) ? Number(segment) : segment];
}

function childOf(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === "number" ? (value[key] as unknown) : undefined;
  return isDocument(value) ? ownField(value, String(key)) : undefined;
}

export const readTarget = (document: PlainDocument, path: TargetPath): unknown =>
  path.reduce<unknown>((value, key) => childOf(value, key), document);

/** An index further beyond an array's end than this is refused, as MongoDB does: it would be filled with nulls. */
const maxBackfill = 1_500_000;

/** Sets a place, making the documents on the way and filling an array with null up to an index beyond its end. */
export function writeTarget(document: PlainDocument, path: TargetPath, value: unknown): void {
  let parent: unknown = document;
  for (const [depth, key] of path.entries()) {
    const isContainer = Array.isArray(parent) ? typeof key === "number" : isDocument(parent);
    if (!isContainer) throw notViable(path, key, parent);
    if (depth === path.length - 1) {
      put(parent as PlainDocument | unknown[], key, value);
      return;
    }
    let child = childOf(parent, key);
    if (child === undefined) put(parent as PlainDocument | unknown[], key, (child = {}));
    parent = child;
  }
}

function put(parent: PlainDocument | unknown[], key: string | number, value: unknown): void {
  if (!Array.isArray(parent)) {
    defineField(parent, String(key), value);
    return;
  }
  const index = Number(key);
  if (index > parent.length + maxBackfill) throw badValue(`can't backfill more than ${maxBackfill} elements`);
  while (parent.length < index) parent.push(null);
  parent[index] = value;
}

/** Removes a field; an element of an array becomes null, so that the others keep their places. */
export function removeTarget(document: PlainDocument, path: TargetPath): void {
  const parent = readTarget(document, path.slice(0, -1));
  const key = path.at(-1) ?? "";
  if (Array.isArray(parent)) {
    if (typeof key === "number" && key < parent.length) parent[key] = null;
  } else if (isDocument(parent)) {
    Reflect.deleteProperty(parent, key);
  }
}

function notViable(path: TargetPath, key: unknown, parent: unknown): CommandError {
  const kind = Array.isArray(parent) ? "an array" : "a value that is no document";
  const message = `Cannot create field '${String(key)}' in ${kind} (path '${path.join(".")}')`;
  return new CommandError(28, "PathNotViable", message);
}
