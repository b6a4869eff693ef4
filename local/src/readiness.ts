import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type StartedProcess } from "./managed-process";

const pollMs = 100;
const connectPollMs = 20;
const probeTimeoutMs = 3_000;

/**
 * Waits until a process that was just started is ready; one that does not get there is ended.
 * @param options.wait resolves with undefined when it is ready, or, at the latest when its signal is aborted, with what is
 * still missing
 * @throws with the end of its log, or what was missing
 */
export async function whenReady<P extends StartedProcess>(
  process: P,
  options: { wait: (signal: AbortSignal) => Promise<string | undefined>; signal?: AbortSignal | undefined },
): Promise<P> {
  const over = new AbortController();
  const ended = process.ended.then(({ tail }) => {
    over.abort();
    return tail;
  });
  const signals = options.signal === undefined ? [over.signal] : [over.signal, options.signal];
  const problem = await Promise.race([options.wait(AbortSignal.any(signals)), ended]);
  if (problem === undefined) return process;
  await process.stop();
  throw new Error(problem);
}

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

/** Waits until something takes connections at an address. */
export async function untilListening(
  address: { host: string; port: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  while (!(await takesConnections(address))) {
    if (signal.aborted) return `nothing listens at ${address.host}:${address.port}`;
    await sleep(connectPollMs);
  }
  return undefined;
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
