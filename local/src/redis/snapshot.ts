import { formatScore } from "./arguments";
import { type Entry, type Keyspace } from "./keyspace";
import { type Bytes } from "./reply";

const elementsPerCommand = 1000;

/** Commands that, on an empty keyspace, make what this one holds. */
export function* snapshotOf(keyspace: Keyspace): Generator<readonly Bytes[]> {
  for (const key of keyspace.keys()) {
    const entry = keyspace.entry(key);
    if (entry === undefined) continue;
    yield* commandsFor(key, entry);
    const expiresAtMs = keyspace.expiresAtMs(key);
    if (expiresAtMs !== undefined) yield ["PEXPIREAT", key, String(expiresAtMs)];
  }
}

function* commandsFor(key: Bytes, entry: Entry): Generator<readonly Bytes[]> {
  switch (entry.type) {
    case "string":
      yield ["SET", key, entry.value];
      break;
    case "hash":
      yield* inParts("HSET", key, [...entry.value].flat());
      break;
    case "set":
      yield* inParts("SADD", key, [...entry.value]);
      break;
    case "list":
      yield* inParts("RPUSH", key, entry.value);
      break;
    case "zset":
      yield* inParts(
        "ZADD",
        key,
        entry.value.entries.flatMap(({ score, member }) => [formatScore(score), member]),
      );
  }
}

function* inParts(command: string, key: Bytes, args: readonly Bytes[]): Generator<readonly Bytes[]> {
  for (let i = 0; i < args.length; i += elementsPerCommand) {
    yield [command, key, ...args.slice(i, i + elementsPerCommand)];
  }
}
