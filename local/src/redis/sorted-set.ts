import { type Bytes } from "./reply";

export interface ScoredMember {
  readonly member: Bytes;
  readonly score: number;
}

/** Members in the order of their scores; equal scores in the order of their bytes. */
export interface SortedSet {
  readonly size: number;
  readonly entries: readonly ScoredMember[];
  score(member: Bytes): number | undefined;
  set(member: Bytes, score: number): void;
  delete(member: Bytes): boolean;
  /** Position from the lowest, 0-based. */
  rank(member: Bytes): number | undefined;
  /** Position of the first entry that satisfies a test which, once satisfied, holds for all that follow. */
  firstIndex(test: (entry: ScoredMember) => boolean): number;
}

/** A sorted array beside a map: additions at the end, which an inbox makes, cost a push. */
export function createSortedSet(): SortedSet {
  const scores = new Map<Bytes, number>();
  const entries: ScoredMember[] = [];

  function firstIndex(test: (entry: ScoredMember) => boolean): number {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = entries[middle];
      if (entry !== undefined && test(entry)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  const positionOf = (member: Bytes, score: number): number =>
    firstIndex((entry) => entry.score > score || (entry.score === score && entry.member >= member));

  function remove(member: Bytes): boolean {
    const score = scores.get(member);
    if (score === undefined) return false;
    entries.splice(positionOf(member, score), 1);
    return scores.delete(member);
  }

  return {
    get size() {
      return entries.length;
    },
    entries,
    score: (member) => scores.get(member),
    set: (member, score) => {
      remove(member);
      const position = positionOf(member, score);
      if (position === entries.length) entries.push({ member, score });
      else entries.splice(position, 0, { member, score });
      scores.set(member, score);
    },
    delete: remove,
    rank: (member) => {
      const score = scores.get(member);
      return score === undefined ? undefined : positionOf(member, score);
    },
    firstIndex,
  };
}
