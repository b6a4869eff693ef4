/** Values by their keys, the last used of them. */
export interface RecentlyUsed<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

export interface RecentlyUsedBounds<Value> {
  readonly maxValues: number;
  /** Of all together; a value that weighs more than that by itself is not kept. */
  readonly maxWeight?: number;
  readonly weightOf?: (value: Value, key: string) => number;
}

/** Keeps values within both bounds, and forgets those that were longest out of use. */
export function createRecentlyUsed<Value>(bounds: RecentlyUsedBounds<Value>): RecentlyUsed<Value> {
  const { maxValues, maxWeight = Infinity, weightOf = () => 0 } = bounds;
  const values = new Map<string, { readonly value: Value; readonly weight: number }>();
  let weight = 0;
  const forget = (key: string) => {
    const kept = values.get(key);
    if (values.delete(key)) weight -= kept?.weight ?? 0;
    return kept;
  };

  return {
    get: (key) => {
      const kept = values.get(key);
      if (kept === undefined) return undefined;
      values.delete(key);
      values.set(key, kept);
      return kept.value;
    },
    set: (key, value) => {
      forget(key);
      const added = { value, weight: weightOf(value, key) };
      if (added.weight > maxWeight) return;
      values.set(key, added);
      weight += added.weight;
      for (const oldest of values.keys()) {
        if (values.size <= maxValues && weight <= maxWeight) return;
        forget(oldest);
      }
    },
  };
}
