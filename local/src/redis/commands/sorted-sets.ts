import { argument, formatScore, requireCount, requireFloat, syntaxError, wrongNumberOfArguments } from "../arguments";
import { type Command, type CommandContext, type CommandTable } from "../command";
import { type Bytes, RedisError, type Reply } from "../reply";
import { createSortedSet, type ScoredMember, type SortedSet } from "../sorted-set";
import { requireScanOptions } from "./keys";
import { requireScoreRange, scoreRangeOf } from "./sorted-set-ranges";

export const sortedSetCommands: CommandTable = {
  zadd: { arity: -4, run: ([key = "", ...args], context) => add(key, args, context) },
  zincrby: {
    arity: 4,
    run: ([key = "", by = "", member = ""], context) => add(key, ["INCR", by, member], context),
  },
  zrem: {
    arity: -3,
    run: ([key = "", ...members], { keyspace }) => {
      const set = keyspace.read(key, "zset");
      const removed = members.filter((member) => set?.delete(member)).length;
      if (removed > 0) keyspace.changed(key);
      return removed;
    },
  },
  zcard: { arity: 2, run: ([key = ""], context) => sortedSetAt(key, context).size },
  zscore: { arity: 3, run: ([key = "", member = ""], context) => scoreOf(sortedSetAt(key, context), member) },
  zmscore: {
    arity: -3,
    run: ([key = "", ...members], context) => {
      const set = sortedSetAt(key, context);
      return members.map((member) => scoreOf(set, member));
    },
  },
  zcount: {
    arity: 4,
    run: ([key = "", min = "", max = ""], context) => {
      const [from, to] = scoreRangeOf(sortedSetAt(key, context), requireScoreRange(min, max));
      return to - from;
    },
  },
  zrank: {
    arity: 3,
    run: ([key = "", member = ""], context) => sortedSetAt(key, context).rank(member) ?? null,
  },
  zrevrank: {
    arity: 3,
    run: ([key = "", member = ""], context) => {
      const set = sortedSetAt(key, context);
      const rank = set.rank(member);
      return rank === undefined ? null : set.size - 1 - rank;
    },
  },
  zpopmin: pop((set, count) => set.entries.slice(0, count)),
  zpopmax: pop((set, count) => set.entries.slice(Math.max(0, set.size - count)).reverse()),
  zscan: {
    arity: -3,
    run: ([key = "", ...args], context) => {
      const { matches } = requireScanOptions(args);
      return ["0", withScores(sortedSetAt(key, context).entries.filter(({ member }) => matches(member)))];
    },
  },
};

export function sortedSetAt(key: Bytes, { keyspace }: CommandContext): SortedSet {
  return keyspace.read(key, "zset") ?? createSortedSet();
}

export function withScores(entries: readonly ScoredMember[]): Bytes[] {
  return entries.flatMap(({ member, score }) => [member, formatScore(score)]);
}

function scoreOf(set: SortedSet, member: Bytes): Bytes | null {
  const score = set.score(member);
  return score === undefined ? null : formatScore(score);
}

const addOptions = new Set(["NX", "XX", "GT", "LT", "CH", "INCR"]);

function add(key: Bytes, args: readonly Bytes[], { keyspace }: CommandContext): Reply {
  const firstScore = args.findIndex((option) => !addOptions.has(option.toUpperCase()));
  const options = new Set(args.slice(0, Math.max(0, firstScore)).map((option) => option.toUpperCase()));
  requireCompatible(options);
  const pairs = firstScore === -1 ? [] : args.slice(firstScore);
  if (pairs.length === 0 || pairs.length % 2 !== 0) throw syntaxError();
  if (options.has("INCR") && pairs.length > 2) {
    throw new RedisError("ERR INCR option supports a single increment-element pair");
  }
  const scores = pairs.filter((_, i) => i % 2 === 0).map((score) => requireFloat(score));

  const existing = keyspace.read(key, "zset");
  const set = existing ?? createSortedSet();
  let added = 0;
  let updated = 0;
  let resulting: number | undefined;
  for (const [i, given] of scores.entries()) {
    const member = argument(pairs, i * 2 + 1);
    const current = set.score(member);
    const score = options.has("INCR") ? given + (current ?? 0) : given;
    if (Number.isNaN(score)) throw new RedisError("ERR resulting score is not a number (NaN)");
    if (!mayScore(options, current, score)) continue;
    resulting = score;
    if (current === score) continue;
    set.set(member, score);
    if (current === undefined) added += 1;
    else updated += 1;
  }
  if (existing === undefined && added > 0) keyspace.replace(key, { type: "zset", value: set });
  else if (added + updated > 0) keyspace.changed(key);
  if (options.has("INCR")) return resulting === undefined ? null : formatScore(resulting);
  return options.has("CH") ? added + updated : added;
}

function requireCompatible(options: ReadonlySet<string>): void {
  if (options.has("NX") && options.has("XX")) {
    throw new RedisError("ERR XX and NX options at the same time are not compatible");
  }
  const exclusive = ["NX", "GT", "LT"].filter((option) => options.has(option));
  if (exclusive.length > 1) {
    throw new RedisError("ERR GT, LT, and/or NX options at the same time are not compatible");
  }
}

function mayScore(options: ReadonlySet<string>, current: number | undefined, score: number): boolean {
  if (current === undefined) return !options.has("XX");
  if (options.has("NX")) return false;
  if (options.has("GT")) return score > current;
  if (options.has("LT")) return score < current;
  return true;
}

function pop(choose: (set: SortedSet, count: number) => readonly ScoredMember[]): Command {
  return {
    arity: -2,
    run: ([key = "", count, ...rest], { keyspace }) => {
      if (rest.length > 0) throw wrongNumberOfArguments("zpopmin");
      const wanted = count === undefined ? 1 : requireCount(count);
      const set = keyspace.read(key, "zset");
      if (set === undefined) return [];
      const popped = choose(set, wanted);
      for (const { member } of popped) set.delete(member);
      if (popped.length > 0) keyspace.changed(key);
      return withScores(popped);
    },
  };
}
