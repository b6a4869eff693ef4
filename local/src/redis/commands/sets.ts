import { argument, requireCount, requireInteger } from "../arguments";
import { type Command, type CommandContext, type CommandTable } from "../command";
import { type Bytes, type Reply } from "../reply";
import { requireScanOptions } from "./keys";

type Combine = (sets: readonly ReadonlySet<Bytes>[]) => Set<Bytes>;

export const setCommands: CommandTable = {
  sadd: {
    arity: -3,
    run: ([key = "", ...members], { keyspace }) => {
      const set = keyspace.open(key, "set");
      const before = set.size;
      for (const member of members) set.add(member);
      if (set.size > before) keyspace.changed(key);
      return set.size - before;
    },
  },
  srem: { arity: -3, run: ([key = "", ...members], context) => remove(key, members, context) },
  smembers: { arity: 2, run: ([key = ""], context) => [...setAt(key, context)] },
  sismember: { arity: 3, run: ([key = "", member = ""], context) => (setAt(key, context).has(member) ? 1 : 0) },
  smismember: {
    arity: -3,
    run: ([key = "", ...members], context) => {
      const set = setAt(key, context);
      return members.map((member) => (set.has(member) ? 1 : 0));
    },
  },
  scard: { arity: 2, run: ([key = ""], context) => setAt(key, context).size },
  spop: { arity: -2, run: ([key = "", count], context) => pop(key, count, context) },
  srandmember: { arity: -2, run: ([key = "", count], context) => randomMembers(key, count, context) },
  smove: {
    arity: 4,
    run: ([from = "", to = "", member = ""], context) => {
      const source = context.keyspace.read(from, "set");
      if (source === undefined) return 0;
      const target = setAt(to, context);
      if (!source.has(member)) return 0;
      if (from === to) return 1;
      remove(from, [member], context);
      if (!target.has(member)) {
        context.keyspace.open(to, "set").add(member);
        context.keyspace.changed(to);
      }
      return 1;
    },
  },
  sinter: combined(intersection),
  sunion: combined(union),
  sdiff: combined(difference),
  sinterstore: stored(intersection),
  sunionstore: stored(union),
  sdiffstore: stored(difference),
  sscan: {
    arity: -3,
    run: ([key = "", ...args], context) => ["0", [...setAt(key, context)].filter(requireScanOptions(args).matches)],
  },
};

function setAt(key: Bytes, { keyspace }: CommandContext): ReadonlySet<Bytes> {
  return keyspace.read(key, "set") ?? new Set();
}

function remove(key: Bytes, members: readonly Bytes[], { keyspace }: CommandContext): number {
  const set = keyspace.read(key, "set");
  const removed = members.filter((member) => set?.delete(member)).length;
  if (removed > 0) keyspace.changed(key);
  return removed;
}

function pop(key: Bytes, count: Bytes | undefined, context: CommandContext): Reply {
  const wanted = count === undefined ? 1 : requireCount(count);
  const popped = shuffled([...setAt(key, context)]).slice(0, wanted);
  if (remove(key, popped, context) > 0) context.record("SREM", key, ...popped);
  return count === undefined ? (popped[0] ?? null) : popped;
}

/** With a negative count members may be drawn more than once. */
function randomMembers(key: Bytes, count: Bytes | undefined, context: CommandContext): Reply {
  const members = [...setAt(key, context)];
  const draw = (): Bytes[] => members.slice().splice(Math.floor(Math.random() * members.length), 1);
  if (count === undefined) return draw()[0] ?? null;
  const wanted = requireInteger(count);
  if (wanted >= 0) return shuffled(members).slice(0, wanted);
  return Array.from({ length: members.length === 0 ? 0 : -wanted }, draw).flat();
}

function shuffled(members: Bytes[]): Bytes[] {
  for (let i = members.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [members[i], members[j]] = [argument(members, j), argument(members, i)];
  }
  return members;
}

function combined(combine: Combine): Command {
  return { arity: -2, run: (keys, context) => [...combine(keys.map((key) => setAt(key, context)))] };
}

function stored(combine: Combine): Command {
  return {
    arity: -3,
    run: ([target = "", ...keys], context) => {
      const value = combine(keys.map((key) => setAt(key, context)));
      if (value.size === 0) context.keyspace.remove(target);
      else context.keyspace.replace(target, { type: "set", value });
      return value.size;
    },
  };
}

function intersection([first = new Set(), ...others]: readonly ReadonlySet<Bytes>[]): Set<Bytes> {
  return new Set([...first].filter((member) => others.every((other) => other.has(member))));
}

function union(sets: readonly ReadonlySet<Bytes>[]): Set<Bytes> {
  return new Set(sets.flatMap((set) => [...set]));
}

function difference([first = new Set(), ...others]: readonly ReadonlySet<Bytes>[]): Set<Bytes> {
  return new Set([...first].filter((member) => !others.some((other) => other.has(member))));
}
