import { type JsonObject } from "./merge";
import { type ResponsePath } from "./outcome";

/** @param holder the object or list that has the object, under `key` */
export type Visit = (object: JsonObject, holder: Holder, key: string | number) => void;

export type Holder = Record<string | number, unknown>;

/**
 * Visits the objects at a path of a plan, in order; what is null, missing or no object on the way is passed over.
 * @param path "@" stands for every element of a list
 */
export function visitObjects(data: JsonObject, path: readonly string[], visit: Visit): void {
  const descend = (value: unknown, depth: number, holder: Holder, key: string | number): void => {
    if (value === null || typeof value !== "object") return;
    if (Array.isArray(value)) {
      if (path[depth] !== "@") return;
      const next = depth + 1;
      for (let index = 0; index < value.length; index += 1) {
        descend(value[index], next, value as unknown as Holder, index);
      }
      return;
    }
    const step = path[depth];
    if (step === undefined) visit(value as JsonObject, holder, key);
    else if (step !== "@") descend((value as JsonObject)[step], depth + 1, value as JsonObject, step);
  };
  descend(data, 0, {}, "");
}

/** Where in the data each of the objects is that `visitObjects` visits. Costs what only an error may cost. */
export function locateObjects(data: JsonObject, path: readonly string[]): ReadonlyMap<object, readonly ResponsePath[]> {
  const places = new Map<object, ResponsePath[]>();
  const descend = (value: unknown, depth: number, place: ResponsePath): void => {
    if (value === null || typeof value !== "object") return;
    if (Array.isArray(value)) {
      if (path[depth] !== "@") return;
      value.forEach((element, index) => descend(element, depth + 1, [...place, index]));
      return;
    }
    const step = path[depth];
    if (step === undefined) {
      const known = places.get(value);
      if (known === undefined) places.set(value, [place]);
      else known.push(place);
    } else if (step !== "@") descend((value as JsonObject)[step], depth + 1, [...place, step]);
  };
  descend(data, 0, []);
  return places;
}
