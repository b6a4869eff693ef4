/** A shard's lock, or the sign of life of an instance, as the database shows it to one of the instances. */
export interface HeldLock {
  /** A shard, from 0 on; or `presence`. */
  readonly id: number;
  /** Whether it is held by the instance that looks. */
  readonly ours: boolean;
}

export interface Share {
  readonly keep: readonly number[];
  readonly giveBack: readonly number[];
  /** Shards that nobody holds; others may want the same. */
  readonly take: readonly number[];
}

/** The lock that every instance holds together with the others, to be counted. */
export const presence = (shardCount: number): number => shardCount;

/**
 * What an instance is to do so that no instance has more than its fair part of the shards, and each shard is had by one:
 * several that do so once a second end there within seconds.
 */
export function fairShare(locks: readonly HeldLock[], shardCount: number): Share {
  const instances = locks.filter(({ id }) => id === presence(shardCount)).length;
  const most = Math.ceil(shardCount / Math.max(instances, 1));
  const held = locks.filter(({ id }) => id < shardCount);
  const ours = held.filter((lock) => lock.ours).map(({ id }) => id);
  const taken = new Set(held.map(({ id }) => id));
  const free = Array.from({ length: shardCount }, (_, shard) => shard).filter((shard) => !taken.has(shard));
  // Begun anywhere, so that instances that look at the same moment do not all try for the same ones.
  const start = Math.floor(Math.random() * free.length);
  const inTurn = [...free.slice(start), ...free.slice(0, start)];
  return {
    keep: ours.slice(0, most),
    giveBack: ours.slice(most),
    take: inTurn.slice(0, Math.max(most - ours.length, 0)),
  };
}
