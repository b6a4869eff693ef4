import { type CategoryRecord } from "./category-model";

type Node = Pick<CategoryRecord, "_id" | "parentId" | "ancestorIds">;

/**
 * The paths that follow from the parents, for those categories whose stored path is another one: what a move has left to
 * do below it, whoever began it.
 */
export function pathsToMend(categories: readonly Node[]): { _id: string; ancestorIds: string[] }[] {
  const parents = new Map(categories.map(({ _id, parentId }) => [_id, parentId]));
  return categories
    .map(({ _id, ancestorIds }) => ({ _id, stored: ancestorIds, ancestorIds: ancestorsOf(_id, parents) }))
    .filter(({ stored, ancestorIds }) => stored.join() !== ancestorIds.join())
    .map(({ _id, ancestorIds }) => ({ _id, ancestorIds }));
}

function ancestorsOf(id: string, parents: ReadonlyMap<string, string | null>): string[] {
  const ancestors: string[] = [];
  const passed = new Set([id]);
  for (let next = parents.get(id) ?? null; next !== null && !passed.has(next); next = parents.get(next) ?? null) {
    passed.add(next);
    ancestors.unshift(next);
  }
  return ancestors;
}
