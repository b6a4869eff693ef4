import { argument, requireInteger } from "../arguments";
import { type Command, type CommandContext, type CommandTable } from "../command";
import { type Bytes, RedisError } from "../reply";

interface Expiry {
  readonly unitMs: number;
  /** Counted from now, not from 1970. */
  readonly relative: boolean;
}

const seconds: Expiry = { unitMs: 1000, relative: true };
const milliseconds: Expiry = { unitMs: 1, relative: true };
const atSecond: Expiry = { unitMs: 1000, relative: false };
const atMillisecond: Expiry = { unitMs: 1, relative: false };

export const expiryCommands: CommandTable = {
  expire: expire("expire", seconds),
  pexpire: expire("pexpire", milliseconds),
  expireat: expire("expireat", atSecond),
  pexpireat: expire("pexpireat", atMillisecond),
  ttl: timeToLive(seconds),
  pttl: timeToLive(milliseconds),
  expiretime: timeToLive(atSecond),
  pexpiretime: timeToLive(atMillisecond),
  persist: {
    arity: 2,
    run: ([key = ""], { keyspace }) => {
      if (keyspace.expiresAtMs(key) === undefined) return 0;
      keyspace.setExpiry(key, undefined);
      return 1;
    },
  },
};

/** What EX, PX, EXAT and PXAT count in. */
export function toExpiry(option: string): Expiry | undefined {
  return { EX: seconds, PX: milliseconds, EXAT: atSecond, PXAT: atMillisecond }[option];
}

/** @returns milliseconds since 1970; a time that is not positive is refused, as SET and its kin do */
export function requireExpiry(amount: Bytes, expiry: Expiry, nowMs: number, command: string): number {
  const atMs = toTimestamp(amount, expiry, nowMs, command);
  if (requireInteger(amount) <= 0) throw invalidExpiry(command);
  return atMs;
}

function toTimestamp(amount: Bytes, { unitMs, relative }: Expiry, nowMs: number, command: string): number {
  const atMs = requireInteger(amount) * unitMs + (relative ? nowMs : 0);
  if (!Number.isSafeInteger(atMs)) throw invalidExpiry(command);
  return atMs;
}

function invalidExpiry(command: string): RedisError {
  return new RedisError(`ERR invalid expire time in '${command}' command`);
}

function expire(name: string, expiry: Expiry): Command {
  return {
    arity: -3,
    run: (args, { keyspace, record }: CommandContext) => {
      const key = argument(args, 0);
      const atMs = toTimestamp(argument(args, 1), expiry, keyspace.nowMs, name);
      const current = keyspace.expiresAtMs(key);
      const applies = requireCondition(args.slice(2));
      if (keyspace.entry(key) === undefined || !applies(current, atMs)) return 0;
      if (keyspace.isOver(atMs)) {
        keyspace.remove(key);
        record("DEL", key);
      } else {
        keyspace.setExpiry(key, atMs);
        record("PEXPIREAT", key, String(atMs));
      }
      return 1;
    },
  };
}

type Condition = (currentMs: number | undefined, atMs: number) => boolean;

/** NX, XX, GT, LT: whether the new time may take the place of the present one; no expiry counts as never. */
function requireCondition(options: readonly Bytes[]): Condition {
  const conditions = options.map((option): Condition => {
    switch (option.toUpperCase()) {
      case "NX":
        return (currentMs) => currentMs === undefined;
      case "XX":
        return (currentMs) => currentMs !== undefined;
      case "GT":
        return (currentMs, atMs) => atMs > (currentMs ?? Infinity);
      case "LT":
        return (currentMs, atMs) => atMs < (currentMs ?? Infinity);
      default:
        throw new RedisError(`ERR Unsupported option ${option}`);
    }
  });
  const given = new Set(options.map((option) => option.toUpperCase()));
  if (given.has("NX") && given.size > 1) {
    throw new RedisError("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (given.has("GT") && given.has("LT")) {
    throw new RedisError("ERR GT and LT options at the same time are not compatible");
  }
  return (currentMs, atMs) => conditions.every((condition) => condition(currentMs, atMs));
}

/** TTL and its kin: -2 without the key, -1 without an expiry. */
function timeToLive({ unitMs, relative }: Expiry): Command {
  return {
    arity: 2,
    run: ([key = ""], { keyspace }) => {
      if (keyspace.entry(key) === undefined) return -2;
      const expiresAtMs = keyspace.expiresAtMs(key);
      if (expiresAtMs === undefined) return -1;
      return Math.round((expiresAtMs - (relative ? keyspace.nowMs : 0)) / unitMs);
    },
  };
}
