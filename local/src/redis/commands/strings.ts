import {
  argument,
  requireFloat,
  requireInt64,
  requireInt64Range,
  requireInteger,
  requirePairs,
  sliceRange,
  syntaxError,
} from "../arguments";
import { type CommandContext, type CommandTable } from "../command";
import { type Bytes, ok, RedisError, type Reply } from "../reply";
import { requireExpiry, toExpiry } from "./expiry";

const maxStringBytes = 64 * 1024 * 1024;

export const stringCommands: CommandTable = {
  get: { arity: 2, run: ([key = ""], { keyspace }) => keyspace.read(key, "string") ?? null },
  set: { arity: -3, run: ([key = "", value = "", ...options], context) => set(key, value, options, context) },
  setnx: {
    arity: 3,
    run: ([key = "", value = ""], { keyspace }) => {
      if (keyspace.entry(key) !== undefined) return 0;
      keyspace.replace(key, { type: "string", value });
      return 1;
    },
  },
  setex: {
    arity: 4,
    run: ([key = "", seconds = "", value = ""], context) => set(key, value, ["EX", seconds], context, "setex"),
  },
  psetex: {
    arity: 4,
    run: ([key = "", ms = "", value = ""], context) => set(key, value, ["PX", ms], context, "psetex"),
  },
  getset: { arity: 3, run: ([key = "", value = ""], context) => set(key, value, ["GET"], context) },
  getdel: {
    arity: 2,
    run: ([key = ""], { keyspace }) => {
      const value = keyspace.read(key, "string") ?? null;
      keyspace.remove(key);
      return value;
    },
  },
  getex: { arity: -2, run: ([key = "", ...options], context) => getAndExpire(key, options, context) },
  mget: {
    arity: -2,
    run: (keys, { keyspace }) =>
      keys.map((key) => {
        const entry = keyspace.entry(key);
        return entry?.type === "string" ? entry.value : null;
      }),
  },
  mset: {
    arity: -3,
    run: (args, { keyspace }) => {
      for (const [key, value] of requirePairs(args, "mset")) keyspace.replace(key, { type: "string", value });
      return ok;
    },
  },
  msetnx: {
    arity: -3,
    run: (args, { keyspace }) => {
      const pairs = requirePairs(args, "msetnx");
      if (pairs.some(([key]) => keyspace.entry(key) !== undefined)) return 0;
      for (const [key, value] of pairs) keyspace.replace(key, { type: "string", value });
      return 1;
    },
  },
  incr: { arity: 2, run: ([key = ""], context) => increment(key, 1n, context) },
  decr: { arity: 2, run: ([key = ""], context) => increment(key, -1n, context) },
  incrby: { arity: 3, run: ([key = "", by = ""], context) => increment(key, requireInt64(by), context) },
  decrby: { arity: 3, run: ([key = "", by = ""], context) => increment(key, -requireInt64(by), context) },
  incrbyfloat: {
    arity: 3,
    run: ([key = "", by = ""], { keyspace }) => {
      const sum = addFloats(requireFloat(keyspace.read(key, "string") ?? "0"), requireFloat(by));
      keyspace.replaceString(key, sum);
      return sum;
    },
  },
  append: {
    arity: 3,
    run: ([key = "", tail = ""], { keyspace }) => {
      const value = requireStorable((keyspace.read(key, "string") ?? "") + tail);
      keyspace.replaceString(key, value);
      return value.length;
    },
  },
  strlen: { arity: 2, run: ([key = ""], { keyspace }) => keyspace.read(key, "string")?.length ?? 0 },
  getrange: {
    arity: 4,
    run: ([key = "", start = "", stop = ""], { keyspace }) => {
      const value = keyspace.read(key, "string") ?? "";
      return value.slice(...sliceRange(start, stop, value.length));
    },
  },
  setrange: {
    arity: 4,
    run: ([key = "", at = "", patch = ""], { keyspace }) => {
      const value = keyspace.read(key, "string") ?? "";
      const offset = requireInteger(at);
      if (offset < 0) throw new RedisError("ERR offset is out of range");
      if (patch === "") return value.length;
      if (offset + patch.length > maxStringBytes) throw tooLong();
      const patched = value.slice(0, offset).padEnd(offset, "\0") + patch + value.slice(offset + patch.length);
      keyspace.replaceString(key, patched);
      return patched.length;
    },
  },
};

function set(
  key: Bytes,
  value: Bytes,
  options: readonly Bytes[],
  { keyspace, record }: CommandContext,
  command = "set",
): Reply {
  let condition: "NX" | "XX" | undefined;
  let returnsOld = false;
  let keepsExpiry = false;
  let expiresAtMs: number | undefined;
  for (let i = 0; i < options.length; i += 1) {
    const option = argument(options, i).toUpperCase();
    const expiry = toExpiry(option);
    if ((option === "NX" || option === "XX") && condition === undefined) condition = option;
    else if (option === "GET") returnsOld = true;
    else if (option === "KEEPTTL" && expiresAtMs === undefined) keepsExpiry = true;
    else if (expiry !== undefined && expiresAtMs === undefined && !keepsExpiry) {
      i += 1;
      expiresAtMs = requireExpiry(argument(options, i), expiry, keyspace.nowMs, command);
    } else throw syntaxError();
  }

  const old = returnsOld ? (keyspace.read(key, "string") ?? null) : undefined;
  const exists = keyspace.entry(key) !== undefined;
  if ((condition === "NX" && exists) || (condition === "XX" && !exists)) return old ?? null;

  if (keepsExpiry) keyspace.replaceString(key, value);
  else keyspace.replace(key, { type: "string", value });
  if (expiresAtMs !== undefined) {
    keyspace.setExpiry(key, expiresAtMs);
    record("SET", key, value, "PXAT", String(expiresAtMs));
  }
  return old === undefined ? ok : old;
}

function getAndExpire(key: Bytes, options: readonly Bytes[], { keyspace, record }: CommandContext): Reply {
  const [option, amount, ...rest] = options;
  const value = keyspace.read(key, "string");
  const expiry = toExpiry(option?.toUpperCase() ?? "");
  const persists = option?.toUpperCase() === "PERSIST" && amount === undefined;
  if (rest.length > 0 || (option !== undefined && !persists && (expiry === undefined || amount === undefined))) {
    throw syntaxError();
  }
  if (value === undefined) return null;
  if (persists && keyspace.expiresAtMs(key) !== undefined) keyspace.setExpiry(key, undefined);
  if (expiry !== undefined && amount !== undefined) {
    const expiresAtMs = requireExpiry(amount, expiry, keyspace.nowMs, "getex");
    keyspace.setExpiry(key, expiresAtMs);
    record("PEXPIREAT", key, String(expiresAtMs));
  }
  if (persists) record("PERSIST", key);
  return value;
}

function increment(key: Bytes, by: bigint, { keyspace }: CommandContext): bigint {
  const sum = requireInt64Range(
    requireInt64(keyspace.read(key, "string") ?? "0") + by,
    "ERR increment or decrement would overflow",
  );
  keyspace.replaceString(key, String(sum));
  return sum;
}

/**
 * The sum as Redis prints it, without exponent. Redis adds in 80 bits; 15 digits are what a double holds of that, and
 * show 0.1 + 0.2 as 0.3.
 */
export function addFloats(value: number, by: number): Bytes {
  const sum = Number((value + by).toPrecision(15));
  if (!Number.isFinite(sum)) throw new RedisError("ERR increment would produce NaN or Infinity");
  return Math.abs(sum) < 1e15 ? String(sum) : BigInt(Math.trunc(sum)).toString();
}

function requireStorable(value: Bytes): Bytes {
  if (value.length > maxStringBytes) throw tooLong();
  return value;
}

function tooLong(): RedisError {
  return new RedisError("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
}
