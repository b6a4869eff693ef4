import { type Viewer } from "@shop/auth";
import DataLoader from "dataloader";
import { type Watches } from "./watches";

export interface Loaders {
  /** Whether the viewer watches a product; null to an anonymous one. */
  readonly watchedByMe: DataLoader<string, boolean | null>;
}

/** One set for a request, or for a subscription: it batches and remembers nothing, since a subscription outlives its answers. */
export function createLoaders({ viewer, watches }: { viewer: Viewer | null; watches: Watches }): Loaders {
  return {
    watchedByMe: new DataLoader(
      (productIds) =>
        viewer === null ? Promise.resolve(productIds.map(() => null)) : watches.areWatched(viewer.userId, productIds),
      { cache: false },
    ),
  };
}
