export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Adds to an object what another subgraph knows of it, of some keys. Objects and equally long lists are merged; null takes
 * no object's place, since what did arrive stays. Values are taken over, not copied: see `clone`.
 */
export function mergeKeys(target: JsonObject, source: JsonObject, keys: readonly string[]): void {
  for (const key of keys) {
    if (Object.hasOwn(source, key)) mergeKey(target, key, source[key]);
  }
}

function mergeKey(target: JsonObject, key: string, value: unknown): void {
  const known = target[key];
  // Own, lest a "__proto__" in a JSON scalar be merged into the prototype of all objects.
  if (typeof known === "object" && known !== null && Object.hasOwn(target, key)) merge(known, value);
  else put(target, key, value);
}

function merge(known: object, value: unknown): void {
  if (known === value || typeof value !== "object" || value === null) return;
  if (!Array.isArray(known)) {
    if (isObject(value)) for (const key in value) mergeKey(known as JsonObject, key, value[key]);
  } else if (Array.isArray(value) && known.length === value.length) {
    value.forEach((element: unknown, index) => {
      const present: unknown = known[index];
      if (typeof present === "object" && present !== null) merge(present, element);
      else known[index] = element;
    });
  }
}

/** For an entity that stands in places with different selections: what is later added in one must not show in the other. */
export function clone<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(clone) as Value;
  if (typeof value !== "object" || value === null) return value;
  const copy: JsonObject = {};
  for (const key in value) put(copy, key, clone((value as JsonObject)[key]));
  return copy as Value;
}

/** Sets a property, whatever its name: a JSON scalar may hold "__proto__". */
export function put(object: JsonObject, key: string, value: unknown): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
