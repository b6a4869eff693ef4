import { type Context, context, type ContextManager, ROOT_CONTEXT } from "@opentelemetry/api";

let withdraw: () => void = () => undefined;

/** Registers what ends what finds the current span by itself. */
export function onHandedOn(callback: () => void): void {
  withdraw = callback;
}

/**
 * For a process that hands its spans on by itself (`beginSpan`), as the gateway does: to have the current one found through
 * promises costs each promise a call, which is more than all that an unrecorded request costs otherwise. To be called before
 * anything is traced; the current span is then known in synchronous work alone.
 */
export function handSpansOn(): void {
  withdraw();
  context.disable();
  context.setGlobalContextManager(createSynchronousContexts());
}

function createSynchronousContexts(): ContextManager {
  let current: Context = ROOT_CONTEXT;
  const manager: ContextManager = {
    active: () => current,
    with: (next, work, self, ...args) => {
      const before = current;
      current = next;
      try {
        return work.apply(self, args);
      } finally {
        current = before;
      }
    },
    bind: (_context, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}
