import { isDocument } from "./bson";

/** A dotted field path, split once: "variants.qty" is ["variants", "qty"]. */
export type Path = readonly string[];

export const splitPath = (dotted: string): Path => dotted.split(".");

export const isArrayIndex = (segment: string) => /^(0|[1-9]\d*)$/.test(segment);

/** The own field of a document, undefined if it has none: never what its prototype has. */
export const ownField = (document: object, name: string): unknown =>
  Object.hasOwn(document, name) ? (document as Record<string, unknown>)[name] : undefined;

/**
 * Visits what a filter's path leads to, in MongoDB's way: through the elements of arrays on the way, by index where a
 * segment is a number. An array at the end is visited as itself. A path that ends early visits undefined.
 * @param visit returns true to stop
 * @returns whether a visit returned true
 */
export function visitPath(value: unknown, path: Path, visit: (value: unknown) => boolean, depth = 0): boolean {
  const segment = path[depth];
  if (segment === undefined) return visit(value);
  if (Array.isArray(value)) {
    if (isArrayIndex(segment) && Number(segment) < value.length) {
      if (visitPath(value[Number(segment)], path, visit, depth + 1)) return true;
    }
    for (const element of value) {
      if (isDocument(element) && visitPath(element, path, visit, depth)) return true;
    }
    return false;
  }
  if (isDocument(value) && Object.hasOwn(value, segment)) return visitPath(value[segment], path, visit, depth + 1);
  return visit(undefined);
}

/** Every value a path leads to, the elements of an array at its end instead of the array: what sorts and distinct see. */
export function valuesAt(document: object, path: Path): unknown[] {
  const values: unknown[] = [];
  visitPath(document, path, (value) => {
    if (Array.isArray(value)) values.push(...(value as unknown[]));
    else if (value !== undefined) values.push(value);
    return false;
  });
  return values;
}

/** Sets a path in a document that has no arrays on it, making the documents in between. */
export function setPath(target: Record<string, unknown>, path: Path, value: unknown): void {
  let parent = target;
  for (const segment of path.slice(0, -1)) {
    const existing = ownField(parent, segment);
    const child = isDocument(existing) ? existing : {};
    defineField(parent, segment, child);
    parent = child;
  }
  defineField(parent, path.at(-1) ?? "", value);
}

/** Assigns as an own field, "__proto__" too: plain assignment would change the prototype. */
export function defineField(target: object, name: string, value: unknown): void {
  if (name !== "__proto__") (target as Record<string, unknown>)[name] = value;
  else Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}
