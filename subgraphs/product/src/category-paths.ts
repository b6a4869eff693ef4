import { type CategoryRecord } from "./category-model";

type Node = Pick<CategoryRecord, "_id" | "parentId">;

/** The path of a category as it follows from the parents, from the root down to the one above it. */
export type PathOf = (id: string) => string[];

/** @param categories all of them, or at least those above the ones that are asked for */
export function createPathOf(categories: readonly Node[]): PathOf {
  const parents = new Map(categories.map(({ _id, parentId }) => [_id, parentId]));
  return (id) => {
    const path: string[] = [];
    const passed = new Set([id]);
    for (let next = parents.get(id) ?? null; next !== null && !passed.has(next); next = parents.get(next) ?? null) {
      passed.add(next);
      path.push(next);
    }
    return path.reverse();
  };
}

/** What moves have left to do: the categories whose stored path is not the one that follows from the parents. */
export function pathsToMend(
  categories: readonly (Node & Pick<CategoryRecord, "ancestorIds">)[],
): { _id: string; ancestorIds: string[] }[] {
  const pathOf = createPathOf(categories);
  return categories
    .map(({ _id, ancestorIds }) => ({ _id, stored: ancestorIds, ancestorIds: pathOf(_id) }))
    .filter(({ stored, ancestorIds }) => stored.join() !== ancestorIds.join())
    .map(({ _id, ancestorIds }) => ({ _id, ancestorIds }));
}
