import { type CompiledFetch } from "./compile-fetches";
import { fetchEntities } from "./fetch-entities";
import { fetchFields } from "./fetch-fields";
import { type Run } from "./run";

/** Runs fetches, each as soon as those are done that it comes after. Nothing that a subgraph does makes it throw. */
export async function runFetches(fetches: readonly CompiledFetch[], run: Run): Promise<void> {
  const done: Promise<void>[] = [];
  for (const fetch of fetches) {
    const before = fetch.after.flatMap((index) => done[index] ?? []);
    done.push(before.length === 0 ? start(fetch, run) : Promise.all(before).then(() => start(fetch, run)));
  }
  await Promise.all(done);
}

function start(fetch: CompiledFetch, run: Run): Promise<void> {
  return fetch.kind === "FIELDS" ? fetchFields(fetch, run) : fetchEntities(fetch, run);
}
