/** A place in fetched data, with what is known of it. */
export type Visit = (object: Record<string, unknown>, ordinal: number) => void;

/**
 * Visits the objects at a path of a plan, in order; what is null or missing on the way is passed over.
 * @param path "@" stands for every element of a list
 */
export function visitObjects(data: unknown, path: readonly string[], visit: Visit): void {
  let ordinal = 0;
  const descend = (value: unknown, depth: number): void => {
    if (value === null || typeof value !== "object") return;
    if (Array.isArray(value)) {
      // A list where the path has no "@" comes at its end, and of a subgraph that answers with more lists than it says.
      const next = path[depth] === "@" ? depth + 1 : depth;
      for (const element of value) descend(element, next);
      return;
    }
    const step = path[depth];
    if (step === undefined) visit(value as Record<string, unknown>, ordinal++);
    else if (step !== "@" && Object.hasOwn(value, step)) descend((value as Record<string, unknown>)[step], depth + 1);
  };
  descend(data, 0);
}

/** Where in the data the objects are that `visitObjects` visits, in the same order. Costs what only an error may cost. */
export function locateObjects(data: unknown, path: readonly string[]): (string | number)[][] {
  const places: (string | number)[][] = [];
  const descend = (value: unknown, depth: number, place: readonly (string | number)[]): void => {
    if (value === null || typeof value !== "object") return;
    if (Array.isArray(value)) {
      const next = path[depth] === "@" ? depth + 1 : depth;
      value.forEach((element, index) => descend(element, next, [...place, index]));
      return;
    }
    const step = path[depth];
    if (step === undefined) places.push([...place]);
    else if (step !== "@" && Object.hasOwn(value, step)) {
      descend((value as Record<string, unknown>)[step], depth + 1, [...place, step]);
    }
  };
  descend(data, 0, []);
  return places;
}
