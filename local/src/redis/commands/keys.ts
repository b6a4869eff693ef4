import { argument, requireCount, requireInt64, syntaxError } from "../arguments";
import { type Command, type CommandTable } from "../command";
import { matchesGlob } from "../glob";
import { type Keyspace } from "../keyspace";
import { type Bytes, ok, RedisError, Status } from "../reply";

const remove: Command = {
  arity: -2,
  run: (keys, { keyspace }) => keys.filter((key) => keyspace.remove(key)).length,
};

const countExisting: Command = {
  arity: -2,
  run: (keys, { keyspace }) => keys.filter((key) => keyspace.entry(key) !== undefined).length,
};

const flush: Command = {
  arity: -1,
  run: (_args, { keyspace, record }) => {
    keyspace.clear();
    record("FLUSHDB");
    return ok;
  },
};

export const keyCommands: CommandTable = {
  del: remove,
  unlink: remove,
  exists: countExisting,
  touch: countExisting,
  flushdb: flush,
  flushall: flush,
  type: { arity: 2, run: ([key = ""], { keyspace }) => new Status(keyspace.entry(key)?.type ?? "none") },
  dbsize: { arity: 1, run: (_args, { keyspace }) => keyspace.keys().length },
  keys: {
    arity: 2,
    run: ([pattern = ""], { keyspace }) => keyspace.keys().filter((key) => matchesGlob(pattern, key)),
  },
  randomkey: {
    arity: 1,
    run: (_args, { keyspace }) => {
      const keys = keyspace.keys();
      return keys[Math.floor(Math.random() * keys.length)] ?? null;
    },
  },
  rename: {
    arity: 3,
    run: ([from = "", to = ""], { keyspace }) => {
      rename(from, to, keyspace);
      return ok;
    },
  },
  renamenx: {
    arity: 3,
    run: ([from = "", to = ""], { keyspace }) => {
      if (keyspace.entry(from) !== undefined && keyspace.entry(to) !== undefined) return 0;
      rename(from, to, keyspace);
      return 1;
    },
  },
  scan: {
    arity: -2,
    run: (args, { keyspace }) => {
      const { matches, type } = requireScanOptions(args);
      const found = keyspace
        .keys()
        .filter((key) => matches(key) && (type === undefined || keyspace.entry(key)?.type === type));
      return ["0", found];
    },
  },
};

function rename(from: Bytes, to: Bytes, keyspace: Keyspace): void {
  const entry = keyspace.entry(from);
  if (entry === undefined) throw new RedisError("ERR no such key");
  const expiresAtMs = keyspace.expiresAtMs(from);
  keyspace.remove(from);
  keyspace.replace(to, entry);
  if (expiresAtMs !== undefined) keyspace.setExpiry(to, expiresAtMs);
}

/**
 * Reads `cursor [MATCH pattern] [COUNT n] [TYPE type]`. COUNT is a hint by Redis's own terms: the stand-in answers
 * with everything at once and the cursor 0, which keeps each promise of SCAN while keys come and go.
 */
export function requireScanOptions(args: readonly Bytes[]): {
  matches: (name: Bytes) => boolean;
  type: string | undefined;
} {
  const [cursor = "", ...options] = args;
  if (requireInt64(cursor) < 0n) throw new RedisError("ERR invalid cursor");
  let pattern: Bytes | undefined;
  let type: string | undefined;
  for (let i = 0; i < options.length; i += 2) {
    const value = argument(options, i + 1);
    switch (argument(options, i).toUpperCase()) {
      case "MATCH":
        pattern = value;
        break;
      case "COUNT":
        if (requireCount(value) === 0) throw syntaxError();
        break;
      case "TYPE":
        type = value.toLowerCase();
        break;
      default:
        throw syntaxError();
    }
  }
  return { matches: (name) => pattern === undefined || matchesGlob(pattern, name), type };
}
