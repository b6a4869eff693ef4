/** What is used of an AbortSignal, which is one: whether nobody waits any more, and word of it. */
export interface AbortNotice {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export interface AbortNotifier extends AbortNotice {
  abort(): void;
}

/** At a tenth of what an AbortController costs, of which every request would need one and hardly any uses it. */
export function createAbortNotifier(): AbortNotifier {
  const listeners = new Set<() => void>();
  let aborted = false;
  return {
    get aborted() {
      return aborted;
    },
    addEventListener: (_type, listener) => void listeners.add(listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener),
    abort: () => {
      if (aborted) return;
      aborted = true;
      for (const listener of listeners) listener();
      listeners.clear();
    },
  };
}
