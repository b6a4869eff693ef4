/** Values by their keys, the last used of them. */
export interface RecentlyUsed<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

/** Keeps so many values, and forgets the one that was longest out of use. */
export function createRecentlyUsed<Value>(maxValues: number): RecentlyUsed<Value> {
  const values = new Map<string, Value>();
  const keep = (key: string, value: Value): void => {
    values.delete(key);
    values.set(key, value);
  };
  return {
    get: (key) => {
      const value = values.get(key);
      if (value !== undefined) keep(key, value);
      return value;
    },
    set: (key, value) => {
      keep(key, value);
      const [oldest] = values.keys();
      if (values.size > maxValues && oldest !== undefined) values.delete(oldest);
    },
  };
}
