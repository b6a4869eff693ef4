import { type EntityLookup, type EntityPlace } from "./compile-fetches";
import { visitObjects } from "./entity-path";
import { type JsonObject } from "./merge";
import { type Reason } from "./outcome";
import { leaveGap, type Run, type Slot } from "./run";

/** An object that waits for its entity, wherever it stands at the place's path. */
export interface Target {
  readonly object: JsonObject;
  readonly slot: Slot;
  readonly place: EntityPlace;
}

export interface CollectedTargets {
  readonly lookup: EntityLookup;
  readonly targets: readonly Target[];
  /** What is to be asked for now. */
  readonly asked: readonly Slot[];
  /** What another fetch of this run has asked for already. */
  readonly borrowed: readonly Slot[];
}

/**
 * Finds the objects that a lookup is for, and one representation for all that are equal. Where the same entity stands several
 * times at one place, and nothing but its key is known of it yet, one object takes the place of all: whatever is fetched for
 * that place is fetched for all of them alike, and need be merged into one only.
 */
export function collectTargets(lookup: EntityLookup, answered: Promise<void>, run: Run): CollectedTargets {
  const targets: Target[] = [];
  const asked: Slot[] = [];
  const borrowed: Slot[] = [];
  const slots = new Map<string, Slot>();
  const shared = lookup.isShared ? sharedSlots(lookup.selection, run) : undefined;

  const slotFor = (representation: string): Slot => {
    const known = slots.get(representation);
    if (known !== undefined) return known;
    const lent = shared?.get(representation);
    const slot = lent ?? { representation, answered, answer: undefined };
    (lent === undefined ? asked : borrowed).push(slot);
    shared?.set(representation, slot);
    slots.set(representation, slot);
    return slot;
  };

  for (const place of lookup.members) {
    const { representer } = place;
    const byKey = new Map<string | number, { readonly slot: Slot; readonly stub: JsonObject | undefined }>();
    const seen = new Set<JsonObject>();
    visitObjects(run.data, place.path, (object, holder, at) => {
      if (seen.has(object)) return;
      const key = representer.keyOf(object);
      const equal = key === undefined ? undefined : byKey.get(key);
      if (equal?.stub !== undefined && representer.isStub(object)) {
        holder[at] = equal.stub;
        return;
      }
      seen.add(object);
      if (equal !== undefined) {
        targets.push({ object, slot: equal.slot, place });
        return;
      }
      const representation = representer.represent(object);
      if (representation.kind === "other") return;
      if (representation.kind === "incomplete") {
        leaveGap(run, object, lookup.keys, run.gaps.get(object)?.get(representation.missing) ?? unresolvable);
        return;
      }
      const slot = slotFor(representation.text);
      if (key !== undefined) byKey.set(key, { slot, stub: representer.isStub(object) ? object : undefined });
      targets.push({ object, slot, place });
    });
  }
  return { lookup, targets, asked, borrowed };
}

function sharedSlots(selection: string, run: Run): Map<string, Slot> {
  const slots = run.shared.get(selection) ?? new Map<string, Slot>();
  run.shared.set(selection, slots);
  return slots;
}

/** The plan needs a value that the subgraph which should have it left out. */
const unresolvable: Reason = {
  kind: "FAILED",
  scope: "FETCH",
  message: "This field could not be resolved: something that it depends on is missing.",
  extensions: { code: "INTERNAL_SERVER_ERROR" },
};
