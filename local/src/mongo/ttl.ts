import { type Logger } from "@shop/telemetry";
import { prepareFind } from "./query/planner";
import { type Store } from "./storage/store";

/** MongoDB's own interval. */
const intervalMs = 60_000;

/** Removes, once a minute, the documents whose time is up by an index with expireAfterSeconds. */
export function startExpiry({ store, log }: { store: Store; log: Logger }) {
  function removeExpired(): void {
    for (const collection of store.all()) {
      for (const { spec } of collection.indexes) {
        const [field] = Object.keys(spec.key);
        if (spec.expireAfterSeconds === undefined || field === undefined) continue;
        const endOfLife = new Date(Date.now() - spec.expireAfterSeconds * 1000);
        const expired = prepareFind(collection, { filter: { [field]: { $lt: endOfLife } } }).run();
        for (const record of expired) collection.remove(record);
        if (expired.length > 0) log.debug({ collection: collection.namespace, removed: expired.length }, "expired");
      }
    }
  }
  const timer = setInterval(() => {
    try {
      removeExpired();
    } catch (error) {
      log.error({ err: error }, "could not remove expired documents");
    }
  }, intervalMs);
  return { stop: () => clearInterval(timer) };
}
