import { requireCount, requireInteger, sliceRange, syntaxError } from "../arguments";
import { type Command, type CommandContext, type CommandTable } from "../command";
import { type Bytes, nullArray, ok, RedisError, type Reply } from "../reply";

type End = "left" | "right";

export const listCommands: CommandTable = {
  lpush: push("left", true),
  rpush: push("right", true),
  lpushx: push("left", false),
  rpushx: push("right", false),
  lpop: pop("left"),
  rpop: pop("right"),
  llen: { arity: 2, run: ([key = ""], context) => listAt(key, context).length },
  lrange: {
    arity: 4,
    run: ([key = "", start = "", stop = ""], context) => {
      const list = listAt(key, context);
      return list.slice(...sliceRange(start, stop, list.length));
    },
  },
  lindex: {
    arity: 3,
    run: ([key = "", index = ""], context) => listAt(key, context).at(requireInteger(index)) ?? null,
  },
  lset: {
    arity: 4,
    run: ([key = "", index = "", value = ""], { keyspace }) => {
      const list = keyspace.read(key, "list");
      if (list === undefined) throw new RedisError("ERR no such key");
      const at = requireInteger(index);
      const position = at < 0 ? list.length + at : at;
      if (position < 0 || position >= list.length) throw new RedisError("ERR index out of range");
      list[position] = value;
      keyspace.changed(key);
      return ok;
    },
  },
  lrem: {
    arity: 4,
    run: ([key = "", count = "", value = ""], context) => remove(key, requireInteger(count), value, context),
  },
  ltrim: {
    arity: 4,
    run: ([key = "", start = "", stop = ""], { keyspace }) => {
      const list = keyspace.read(key, "list") ?? [];
      const [from, to] = sliceRange(start, stop, list.length);
      if (from === 0 && to === list.length) return ok;
      list.splice(to);
      list.splice(0, from);
      keyspace.changed(key);
      return ok;
    },
  },
  linsert: {
    arity: 5,
    run: ([key = "", where = "", pivot = "", value = ""], { keyspace }) => {
      if (!/^(before|after)$/i.test(where)) throw syntaxError();
      const list = keyspace.read(key, "list");
      if (list === undefined) return 0;
      const position = list.indexOf(pivot);
      if (position === -1) return -1;
      list.splice(/^after$/i.test(where) ? position + 1 : position, 0, value);
      keyspace.changed(key);
      return list.length;
    },
  },
  lmove: {
    arity: 5,
    run: ([source = "", target = "", from = "", to = ""], context) =>
      move(source, target, requireEnd(from), requireEnd(to), context),
  },
  rpoplpush: {
    arity: 3,
    run: ([source = "", target = ""], context) => move(source, target, "right", "left", context),
  },
};

function listAt(key: Bytes, { keyspace }: CommandContext): readonly Bytes[] {
  return keyspace.read(key, "list") ?? [];
}

function push(end: End, makes: boolean): Command {
  return {
    arity: -3,
    run: ([key = "", ...values], { keyspace }) => {
      if (!makes && keyspace.read(key, "list") === undefined) return 0;
      const list = keyspace.open(key, "list");
      for (const value of values) add(list, end, value);
      keyspace.changed(key);
      return list.length;
    },
  };
}

function add(list: Bytes[], end: End, value: Bytes): void {
  if (end === "left") list.unshift(value);
  else list.push(value);
}

function take(list: Bytes[], end: End): Bytes | undefined {
  return end === "left" ? list.shift() : list.pop();
}

function pop(end: End): Command {
  return {
    arity: -2,
    run: ([key = "", count, ...rest], { keyspace }): Reply => {
      if (rest.length > 0) throw syntaxError();
      const wanted = count === undefined ? 1 : requireCount(count);
      const list = keyspace.read(key, "list");
      if (list === undefined) return count === undefined ? null : nullArray;
      const popped: Bytes[] = [];
      while (popped.length < wanted) {
        const value = take(list, end);
        if (value === undefined) break;
        popped.push(value);
      }
      if (popped.length > 0) keyspace.changed(key);
      return count === undefined ? (popped[0] ?? null) : popped;
    },
  };
}

/** Removes the first (count > 0), the last (count < 0) or all (0) of the elements equal to a value. */
function remove(key: Bytes, count: number, value: Bytes, { keyspace }: CommandContext): number {
  const list = keyspace.read(key, "list") ?? [];
  const limit = count === 0 ? list.length : Math.abs(count);
  let removed = 0;
  while (removed < limit) {
    const position = count < 0 ? list.lastIndexOf(value) : list.indexOf(value);
    if (position === -1) break;
    list.splice(position, 1);
    removed += 1;
  }
  if (removed > 0) keyspace.changed(key);
  return removed;
}

function move(source: Bytes, target: Bytes, from: End, to: End, { keyspace }: CommandContext): Reply {
  const list = keyspace.read(source, "list");
  if (list === undefined) return null;
  keyspace.read(target, "list");
  const value = take(list, from);
  if (value === undefined) return null;
  add(keyspace.open(target, "list"), to, value);
  keyspace.changed(source);
  if (target !== source) keyspace.changed(target);
  return value;
}

function requireEnd(argument: Bytes): End {
  const end = argument.toLowerCase();
  if (end !== "left" && end !== "right") throw syntaxError();
  return end;
}
