import { type EntityPlace } from "./compile-fetches";
import { locateObjects } from "./entity-path";
import { type CollectedTargets, type Target } from "./entity-targets";
import { clone, mergeKeys } from "./merge";
import { type ResponsePath } from "./outcome";
import { type EntityAnswer, leaveGap, type Run, type Slot } from "./run";

/** Puts entities where they were missing, and what went wrong with them where it shows. */
export function takeEntities({ lookup, targets }: CollectedTargets, run: Run): void {
  const takenAt = new Map<Slot, EntityPlace>();
  const locate = createLocator(run);
  for (const target of targets) {
    const { object, slot, place } = target;
    const { answer } = slot;
    if (answer === undefined) continue;
    if (answer.errors.length > 0) reportErrors(target, answer, lookup.keys, locate, run);
    if (answer.entity === null) {
      leaveGap(run, object, lookup.keys, answer.reason);
      continue;
    }
    // Objects at one place are asked for the same things ever after and may share what they hold; others may not.
    let isOwn = false;
    if (!lookup.isShared) {
      const takenBy = takenAt.get(slot);
      if (takenBy === undefined) takenAt.set(slot, place);
      isOwn = takenBy === undefined || takenBy === place;
    }
    mergeKeys(object, isOwn ? answer.entity : clone(answer.entity), lookup.keys);
    // What an object really is, a subgraph that knows it by its interface cannot say, and another one may have said already.
    const typeName = answer.entity["__typename"];
    if (typeName !== undefined && typeName !== object["__typename"] && !run.isConcrete(object["__typename"])) {
      object["__typename"] = typeName;
    }
  }
}

/** An error stands wherever its entity does. */
function reportErrors(
  target: Target,
  { errors }: EntityAnswer,
  keys: readonly string[],
  locate: Locate,
  run: Run,
): void {
  const [firstKey = ""] = keys;
  for (const { message, extensions, path = [] } of errors) {
    const below = path.slice(2);
    for (const place of locate(target)) {
      run.errors.push({ message, extensions, path: [...place, ...(below.length === 0 ? [firstKey] : below)] });
    }
  }
}

type Locate = (target: Target) => readonly ResponsePath[];

function createLocator({ data }: Run): Locate {
  const located = new Map<EntityPlace, ReturnType<typeof locateObjects>>();
  return ({ object, place }) => {
    const places = located.get(place) ?? locateObjects(data, place.path);
    located.set(place, places);
    return places.get(object) ?? [];
  };
}
