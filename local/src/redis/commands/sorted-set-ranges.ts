import { argument, requireFloat, requireInteger, sliceRange, syntaxError } from "../arguments";
import { type Bytes, RedisError } from "../reply";
import { type ScoredMember, type SortedSet } from "../sorted-set";

/** The positions of the entries between two bounds, half-open, by whichever order the bounds are in. */
export type RangeOf = (set: SortedSet) => readonly [from: number, to: number];

interface ScoreRange {
  readonly min: ScoreBound;
  readonly max: ScoreBound;
}
interface ScoreBound {
  readonly score: number;
  readonly exclusive: boolean;
}

export function requireScoreRange(min: Bytes, max: Bytes): ScoreRange {
  return { min: requireScoreBound(min), max: requireScoreBound(max) };
}

function requireScoreBound(bound: Bytes): ScoreBound {
  const exclusive = bound.startsWith("(");
  return { score: requireFloat(exclusive ? bound.slice(1) : bound, "ERR min or max is not a float"), exclusive };
}

export function scoreRangeOf(set: SortedSet, { min, max }: ScoreRange): readonly [from: number, to: number] {
  const from = set.firstIndex(({ score }) => (min.exclusive ? score > min.score : score >= min.score));
  const to = set.firstIndex(({ score }) => (max.exclusive ? score >= max.score : score > max.score));
  return [from, Math.max(from, to)];
}

type LexBound = { readonly edge: "-" | "+" } | { readonly member: Bytes; readonly exclusive: boolean };

function requireLexBound(bound: Bytes): LexBound {
  if (bound === "-" || bound === "+") return { edge: bound };
  if (bound.startsWith("[") || bound.startsWith("(")) {
    return { member: bound.slice(1), exclusive: bound.startsWith("(") };
  }
  throw new RedisError("ERR min or max not valid string range item");
}

/** The first position beyond a bound; for a minimum that is included, the position of the bound itself. */
function lexIndex(set: SortedSet, bound: LexBound, beyondEqual: boolean): number {
  if ("edge" in bound) return bound.edge === "-" ? 0 : set.size;
  return set.firstIndex(({ member }) => (beyondEqual ? member > bound.member : member >= bound.member));
}

function requireLexRange(min: Bytes, max: Bytes): RangeOf {
  const low = requireLexBound(min);
  const high = requireLexBound(max);
  return (set) => {
    const from = lexIndex(set, low, "exclusive" in low && low.exclusive);
    const to = lexIndex(set, high, !("exclusive" in high && high.exclusive));
    return [from, Math.max(from, to)];
  };
}

export type RangeKind = "rank" | "score" | "lex";

/** A range as ZRANGE and its older kin name it. With `reversed`, scores and members run from high to low. */
export interface RangeRequest {
  readonly kind: RangeKind;
  readonly reversed: boolean;
  readonly start: Bytes;
  readonly stop: Bytes;
  readonly limit: { readonly offset: number; readonly count: number } | undefined;
}

/** Turns a request into what finds its entries, refusing bounds that cannot be read before any key is looked at. */
export function requireRange(request: RangeRequest): (set: SortedSet) => readonly ScoredMember[] {
  const { kind, reversed, start, stop, limit } = request;
  if (kind === "rank") {
    if (limit) {
      throw new RedisError("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
    }
    requireInteger(start);
    requireInteger(stop);
    return (set) => directed(set.entries, reversed).slice(...sliceRange(start, stop, set.size));
  }
  const [min, max] = reversed ? [stop, start] : [start, stop];
  const scores = kind === "score" ? requireScoreRange(min, max) : undefined;
  const rangeOf = scores ? (set: SortedSet) => scoreRangeOf(set, scores) : requireLexRange(min, max);
  return (set) => {
    const [from, to] = rangeOf(set);
    const size = to - from;
    const offset = limit?.offset ?? 0;
    const count = limit === undefined || limit.count < 0 ? size : limit.count;
    if (offset < 0 || offset >= size) return [];
    const end = Math.min(size, offset + count);
    return reversed ? set.entries.slice(to - end, to - offset).reverse() : set.entries.slice(from + offset, from + end);
  };
}

function directed(entries: readonly ScoredMember[], reversed: boolean): readonly ScoredMember[] {
  return reversed ? entries.toReversed() : entries;
}

/** Reads `[BYSCORE|BYLEX] [REV] [LIMIT offset count] [WITHSCORES]`, of which a command allows some. */
export function requireRangeOptions(options: readonly Bytes[], allowed: ReadonlySet<string>) {
  let kind: RangeKind = "rank";
  let reversed = false;
  let scores = false;
  let limit: RangeRequest["limit"];
  for (let i = 0; i < options.length; i += 1) {
    const option = argument(options, i).toUpperCase();
    if (!allowed.has(option)) throw syntaxError();
    if (option === "BYSCORE") kind = "score";
    else if (option === "BYLEX") kind = "lex";
    else if (option === "REV") reversed = true;
    else if (option === "WITHSCORES") scores = true;
    else {
      limit = { offset: requireInteger(argument(options, i + 1)), count: requireInteger(argument(options, i + 2)) };
      i += 2;
    }
  }
  if (scores && kind === "lex") {
    throw new RedisError("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
  }
  return { kind, reversed, scores, limit };
}
