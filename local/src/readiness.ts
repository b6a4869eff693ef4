import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 100;
const probeTimeoutMs = 3_000;

/**
 * Waits until a service says that it is ready.
 * @returns undefined then, or what it last said when the time is over
 */
export async function untilReady(url: string, limitMs: number, signal: AbortSignal): Promise<string | undefined> {
  let last = "no answer";
  for (const deadline = Date.now() + limitMs; Date.now() < deadline && !signal.aborted;) {
    try {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(probeTimeoutMs) });
      const body = await response.text();
      if (response.ok) return undefined;
      last = body;
    } catch {
      last = "no answer";
    }
    await sleep(pollMs);
  }
  return last;
}

/** Whether anything takes connections at an address; what it speaks, its clients will find out. */
export function takesConnections(address: { host: string; port: number } | { path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...address, timeout: probeTimeoutMs });
    const answer = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => answer(true));
    socket.once("timeout", () => answer(false));
    socket.once("error", () => answer(false));
  });
}
