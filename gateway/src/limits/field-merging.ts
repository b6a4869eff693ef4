import { Kind, type SelectionSetNode } from "graphql";
import { type Fragments } from "./extent";

/**
 * How many pairs of fields GraphQL's rule that equally named fields must merge has to compare: at each place of the answer
 * the square of the fields that meet there. A few thousand tokens can make millions of them.
 *
 * Follows every fragment wherever it is spread: only for selections whose fields are known to be few, and to end.
 */
export function countComparisons(root: SelectionSetNode, fragments: Fragments): number {
  let comparisons = 0;
  const places: SelectionSetNode[][] = [[root]];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    for (const fields of fieldsAt(place, fragments).values()) {
      comparisons += (fields.count * (fields.count - 1)) / 2;
      if (fields.below.length > 0) places.push(fields.below);
    }
  }
  return comparisons;
}

interface MeetingFields {
  count: number;
  readonly below: SelectionSetNode[];
}

/** By response key: the fields that meet at one place of the answer. */
function fieldsAt(place: readonly SelectionSetNode[], fragments: Fragments): Map<string, MeetingFields> {
  const byKey = new Map<string, MeetingFields>();
  const spread = new Set<string>();
  const open = [...place];
  for (let set = open.pop(); set !== undefined; set = open.pop()) {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) open.push(selection.selectionSet);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        if (fragment === undefined || spread.has(selection.name.value)) continue;
        spread.add(selection.name.value);
        open.push(fragment.selectionSet);
      } else {
        const key = (selection.alias ?? selection.name).value;
        const fields = byKey.get(key) ?? { count: 0, below: [] };
        byKey.set(key, fields);
        fields.count += 1;
        if (selection.selectionSet !== undefined) fields.below.push(selection.selectionSet);
      }
    }
  }
  return byKey;
}
