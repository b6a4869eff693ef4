import { type CompiledFetch } from "./compile-fetches";
import { fetchEntities } from "./fetch-entities";
import { fetchFields } from "./fetch-fields";
import { type Run } from "./run";

/**
 * Runs fetches, each as soon as those are done that it comes after. Nothing that a subgraph does makes it throw.
 * @param requiredKeys of root fields that must not be null: a mutation ends at the first that is, since its data is lost
 */
export async function runFetches(
  fetches: readonly CompiledFetch[],
  requiredKeys: ReadonlySet<string>,
  run: Run,
): Promise<void> {
  const done: Promise<void>[] = [];
  const begun: CompiledFetch[] = [];
  const start = (fetch: CompiledFetch): Promise<void> => {
    if (fetch.isMutation && begun.some((each) => lacksRequired(each, requiredKeys, run))) return Promise.resolve();
    begun.push(fetch);
    return fetch.kind === "FIELDS" ? fetchFields(fetch, run) : fetchEntities(fetch, run);
  };
  for (const fetch of fetches) {
    const before = fetch.after.flatMap((index) => done[index] ?? []);
    done.push(before.length === 0 ? start(fetch) : Promise.all(before).then(() => start(fetch)));
  }
  await Promise.all(done);
}

function lacksRequired(fetch: CompiledFetch, requiredKeys: ReadonlySet<string>, { data }: Run): boolean {
  if (!fetch.isMutation || fetch.kind !== "FIELDS") return false;
  return fetch.keys.some((key) => requiredKeys.has(key) && (data[key] === undefined || data[key] === null));
}
