import { createTurns } from "@shop/lifecycle";
import { type CategoryRecord, whereThere } from "./category-model";
import { pathsToMend } from "./category-paths";
import { type Lease, type WithLease } from "./lease";
import { isOutage } from "./outages";
import { type Store } from "./store";

/** What sets a category aside whose branch was moved, until those below it have their new paths. */
export const whereMoving = { isMoving: true } as const;
const pathsPerWrite = 500;
const maxWaiting = 100;

export interface CategoryMoves {
  /** A change of the tree's shape, one at a time: two moves that each make sense can make a circle together. */
  reshaping<T>(work: (lease: Lease) => Promise<T>): Promise<T>;
  /** Brings the stored paths of what was moved in line with the parents; cut short, it is gone on with. */
  finishMoves(lease: Lease): Promise<void>;
  /** As `finishMoves`, for what a killed process left half done. */
  finishAbandonedMoves: () => Promise<void>;
}

export function createCategoryMoves(deps: { store: Pick<Store, "categories">; withLease: WithLease }): CategoryMoves {
  const { categories } = deps.store;
  // Those of one process wait for each other here, and not all of them for the lease.
  const inTurn = createTurns({ atOnce: 1, maxWaiting, isOutage });

  async function finishMoves(lease: Lease): Promise<void> {
    const moved = await categories.find(whereMoving, { _id: 1 }).lean<{ _id: string }[]>();
    if (moved.length === 0) return;
    const all = await categories.find(whereThere, { parentId: 1, ancestorIds: 1 }).lean<CategoryRecord[]>();
    const changes = pathsToMend(all).map(({ _id, ancestorIds }) => ({
      updateOne: { filter: { _id }, update: { $set: { ancestorIds } } },
    }));
    for (let from = 0; from < changes.length; from += pathsPerWrite) {
      lease.requireTime();
      await categories.bulkWrite(changes.slice(from, from + pathsPerWrite), { ordered: false });
    }
    lease.requireTime();
    await categories.updateMany({ _id: { $in: moved.map(({ _id }) => _id) } }, { $unset: { isMoving: 1 } });
  }

  return {
    reshaping: (work) =>
      inTurn(() =>
        deps.withLease("categories", async (lease) => {
          await finishMoves(lease);
          lease.requireTime();
          return work(lease);
        }),
      ),
    finishMoves,
    finishAbandonedMoves: async () => {
      if ((await categories.exists(whereMoving)) !== null) await deps.withLease("categories", finishMoves);
    },
  };
}
