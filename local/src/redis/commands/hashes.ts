import { requireFloat, requireInt64, requireInt64Range, requirePairs } from "../arguments";
import { type CommandContext, type CommandTable } from "../command";
import { type Bytes, ok, type Reply } from "../reply";
import { requireScanOptions } from "./keys";
import { addFloats } from "./strings";

export const hashCommands: CommandTable = {
  hset: { arity: -4, run: ([key = "", ...fields], context) => setFields(key, fields, "hset", context) },
  hmset: {
    arity: -4,
    run: ([key = "", ...fields], context) => {
      setFields(key, fields, "hmset", context);
      return ok;
    },
  },
  hsetnx: {
    arity: 4,
    run: ([key = "", field = "", value = ""], context) =>
      hashAt(key, context)?.has(field) ? 0 : setFields(key, [field, value], "hsetnx", context),
  },
  hget: { arity: 3, run: ([key = "", field = ""], context) => hashAt(key, context)?.get(field) ?? null },
  hmget: {
    arity: -3,
    run: ([key = "", ...fields], context) => {
      const hash = hashAt(key, context);
      return fields.map((field) => hash?.get(field) ?? null);
    },
  },
  hgetall: { arity: 2, run: ([key = ""], context) => [...(hashAt(key, context) ?? [])].flat() },
  hkeys: { arity: 2, run: ([key = ""], context) => [...(hashAt(key, context)?.keys() ?? [])] },
  hvals: { arity: 2, run: ([key = ""], context) => [...(hashAt(key, context)?.values() ?? [])] },
  hlen: { arity: 2, run: ([key = ""], context) => hashAt(key, context)?.size ?? 0 },
  hexists: { arity: 3, run: ([key = "", field = ""], context) => (hashAt(key, context)?.has(field) ? 1 : 0) },
  hstrlen: { arity: 3, run: ([key = "", field = ""], context) => hashAt(key, context)?.get(field)?.length ?? 0 },
  hdel: {
    arity: -3,
    run: ([key = "", ...fields], context) => {
      const hash = hashAt(key, context);
      const removed = fields.filter((field) => hash?.delete(field)).length;
      if (removed > 0) context.keyspace.changed(key);
      return removed;
    },
  },
  hincrby: {
    arity: 4,
    run: ([key = "", field = "", by = ""], context) =>
      updateField(key, field, context, (value) => {
        const sum = requireInt64(by) + requireInt64(value, "ERR hash value is not an integer");
        return requireInt64Range(sum, "ERR increment or decrement would overflow");
      }),
  },
  hincrbyfloat: {
    arity: 4,
    run: ([key = "", field = "", by = ""], context) =>
      updateField(key, field, context, (value) =>
        addFloats(requireFloat(by), requireFloat(value, "ERR hash value is not a float")),
      ),
  },
  hscan: {
    arity: -3,
    run: ([key = "", ...args], context) => {
      const { matches } = requireScanOptions(args);
      return ["0", [...(hashAt(key, context) ?? [])].filter(([field]) => matches(field)).flat()];
    },
  },
};

function hashAt(key: Bytes, { keyspace }: CommandContext): Map<Bytes, Bytes> | undefined {
  return keyspace.read(key, "hash");
}

/** @returns how many fields are new */
function setFields(key: Bytes, fields: readonly Bytes[], command: string, { keyspace }: CommandContext): number {
  const pairs = requirePairs(fields, command);
  const hash = keyspace.open(key, "hash");
  const before = hash.size;
  for (const [field, value] of pairs) hash.set(field, value);
  keyspace.changed(key);
  return hash.size - before;
}

function updateField(
  key: Bytes,
  field: Bytes,
  context: CommandContext,
  update: (value: Bytes) => Bytes | bigint,
): Reply {
  const updated = update(hashAt(key, context)?.get(field) ?? "0");
  setFields(key, [field, String(updated)], "hincrby", context);
  return updated;
}
