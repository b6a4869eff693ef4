import { type Bytes, RedisError } from "./reply";
import { createSortedSet, type SortedSet } from "./sorted-set";

interface ValueOf {
  string: Bytes;
  hash: Map<Bytes, Bytes>;
  set: Set<Bytes>;
  list: Bytes[];
  zset: SortedSet;
}
export type ValueType = keyof ValueOf;
export type Entry = { [Type in ValueType]: { readonly type: Type; readonly value: ValueOf[Type] } }[ValueType];
type Container = Exclude<ValueType, "string">;

/** All keys with their values and expiries. What changes a value says so with `changed`. */
export type Keyspace = ReturnType<typeof createKeyspace>;

/**
 * @param onExpired told of a key that is gone because its time was over
 */
export function createKeyspace({ onExpired }: { onExpired: (key: Bytes) => void }) {
  const entries = new Map<Bytes, Entry>();
  const expiries = new Map<Bytes, number>();
  const watchers = new Map<Bytes, Set<() => void>>();
  let changes = 0;
  let nowMs = Date.now();
  let expiring = true;

  function notify(key: Bytes): void {
    for (const onChange of watchers.get(key) ?? []) onChange();
  }

  function noteChange(key: Bytes): void {
    changes += 1;
    notify(key);
  }

  const isOver = (atMs: number): boolean => expiring && atMs <= nowMs;

  function remove(key: Bytes): boolean {
    if (entry(key) === undefined) return false;
    entries.delete(key);
    expiries.delete(key);
    noteChange(key);
    return true;
  }

  function entry(key: Bytes): Entry | undefined {
    const expiresAtMs = expiries.get(key);
    if (expiresAtMs !== undefined && isOver(expiresAtMs)) {
      entries.delete(key);
      expiries.delete(key);
      onExpired(key);
      notify(key);
      return undefined;
    }
    return entries.get(key);
  }

  /** The value at a key, undefined if there is none. A value of another type is refused. */
  function read<Type extends ValueType>(key: Bytes, type: Type): ValueOf[Type] | undefined {
    const found = entry(key);
    if (found === undefined) return undefined;
    if (found.type !== type) {
      throw new RedisError("WRONGTYPE Operation against a key holding the wrong kind of value");
    }
    return found.value as ValueOf[Type];
  }

  /** The container at a key, made if there is none: fill it and say `changed`. */
  function open<Type extends Container>(key: Bytes, type: Type): ValueOf[Type] {
    const found = read(key, type);
    if (found !== undefined) return found;
    const value = containers[type]();
    entries.set(key, { type, value } as Entry);
    return value;
  }

  return {
    entry,
    read,
    open,
    remove,

    /** Puts a whole value in place of what was there; it has no expiry. */
    replace: (key: Bytes, value: Entry): void => {
      entries.set(key, value);
      expiries.delete(key);
      noteChange(key);
    },

    /** Puts a string in place of what was there, whose expiry stays. */
    replaceString: (key: Bytes, value: Bytes): void => {
      entries.set(key, { type: "string", value });
      noteChange(key);
    },

    /** To be called after each change of a container; one that has become empty ceases to exist. */
    changed: (key: Bytes): void => {
      const found = entries.get(key);
      if (found !== undefined && isEmpty(found)) {
        entries.delete(key);
        expiries.delete(key);
      }
      noteChange(key);
    },

    expiresAtMs: (key: Bytes): number | undefined => (entry(key) === undefined ? undefined : expiries.get(key)),

    /** @param atMs since 1970; undefined: never. A time that is over removes the key at the next look. */
    setExpiry: (key: Bytes, atMs: number | undefined): void => {
      if (atMs === undefined) expiries.delete(key);
      else expiries.set(key, atMs);
      noteChange(key);
    },

    /** Whether a key that expires at this time would be gone by now. */
    isOver,

    /** Every live key, in the order in which they were made. */
    keys: (): Bytes[] => [...entries.keys()].filter((key) => entry(key) !== undefined),

    clear: (): void => {
      const keys = [...entries.keys()];
      entries.clear();
      expiries.clear();
      for (const key of keys) noteChange(key);
    },

    /** Removes what has expired without being asked for. */
    sweep: (): void => {
      for (const key of expiries.keys()) entry(key);
    },

    /** @returns ends the watch */
    watch: (key: Bytes, onChange: () => void): (() => void) => {
      const watching = watchers.get(key) ?? new Set();
      watchers.set(key, watching.add(onChange));
      return () => {
        watching.delete(onChange);
        if (watching.size === 0) watchers.delete(key);
      };
    },

    /** Grows with every change that was asked for: equal before and after a command means that it changed nothing. */
    get changes() {
      return changes;
    },

    /** The time as commands see it, in milliseconds since 1970. It stands still within a transaction or a script. */
    get nowMs() {
      return nowMs;
    },
    tick: (): void => {
      nowMs = Date.now();
    },

    /** Off while a log is replayed, in which every expiry that took place is written down as a removal. */
    setExpiring: (on: boolean): void => {
      expiring = on;
    },
  };
}

const containers: { [Type in Container]: () => ValueOf[Type] } = {
  hash: () => new Map(),
  set: () => new Set(),
  list: () => [],
  zset: createSortedSet,
};

function isEmpty(entry: Entry): boolean {
  switch (entry.type) {
    case "string":
      return false;
    case "list":
      return entry.value.length === 0;
    default:
      return entry.value.size === 0;
  }
}
