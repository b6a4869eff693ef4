import { type Command, type CommandTable } from "../command";
import { type Bytes } from "../reply";
import { sortedSetAt, withScores } from "./sorted-sets";
import { type RangeKind, requireRange, requireRangeOptions } from "./sorted-set-ranges";

const zrangeOptions = new Set(["BYSCORE", "BYLEX", "REV", "LIMIT", "WITHSCORES"]);

/** What reads or removes a range of a sorted set: by position, by score or by bytes. */
export const sortedSetQueryCommands: CommandTable = {
  zrange: query(zrangeOptions),
  zrevrange: query(new Set(["WITHSCORES"]), { kind: "rank", reversed: true }),
  zrangebyscore: query(new Set(["WITHSCORES", "LIMIT"]), { kind: "score", reversed: false }),
  zrevrangebyscore: query(new Set(["WITHSCORES", "LIMIT"]), { kind: "score", reversed: true }),
  zrangebylex: query(new Set(["LIMIT"]), { kind: "lex", reversed: false }),
  zrevrangebylex: query(new Set(["LIMIT"]), { kind: "lex", reversed: true }),
  zremrangebyrank: removal("rank"),
  zremrangebyscore: removal("score"),
  zremrangebylex: removal("lex"),
};

function query(allowed: ReadonlySet<string>, fixed?: { kind: RangeKind; reversed: boolean }): Command {
  return {
    arity: -4,
    run: ([key = "", start = "", stop = "", ...options], context): Bytes[] => {
      const given = requireRangeOptions(options, allowed);
      const { kind, reversed } = fixed ?? given;
      const find = requireRange({ kind, reversed, start, stop, limit: given.limit });
      const found = find(sortedSetAt(key, context));
      return given.scores ? withScores(found) : found.map(({ member }) => member);
    },
  };
}

function removal(kind: RangeKind): Command {
  return {
    arity: 4,
    run: ([key = "", start = "", stop = ""], context) => {
      const find = requireRange({ kind, reversed: false, start, stop, limit: undefined });
      const set = sortedSetAt(key, context);
      const found = [...find(set)];
      for (const { member } of found) set.delete(member);
      if (found.length > 0) context.keyspace.changed(key);
      return found.length;
    },
  };
}
