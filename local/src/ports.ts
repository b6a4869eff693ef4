import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface WantedPort {
  readonly port: number;
  /** Who listens there. */
  readonly name: string;
  /** The variable that moves it. */
  readonly variable: string;
}

/**
 * Tries to listen on each.
 * @param patienceMs how long to wait for those in use, where whoever has them is known to be about to end
 * @returns a line for each that cannot be had, with the way out
 */
export async function findPortProblems(host: string, wanted: readonly WantedPort[], patienceMs = 0): Promise<string[]> {
  const clashes = wanted.flatMap(({ port, variable }, index) => {
    const first = wanted.slice(0, index).find((other) => other.port === port);
    return first === undefined ? [] : [`${first.variable} and ${variable} are both ${port}. Set one to another port.`];
  });
  const deadline = Date.now() + patienceMs;
  const problems = await Promise.all(
    wanted.map(async (one) => {
      for (;;) {
        const outcome = await listen(host, one.port);
        if (outcome.ok) return [];
        if (outcome.code !== "EADDRINUSE" || Date.now() >= deadline) return [describe(outcome.code, host, one)];
        await sleep(100);
      }
    }),
  );
  // Two that want the same port see each other; and a wrong host is wrong for all.
  return clashes.length > 0 ? clashes : [...new Set(problems.flat())];
}

function describe(code: string, host: string, { port, name, variable }: WantedPort): string {
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port}, wanted for ${name}, is in use. End what listens there, or set ${variable} to another port.`;
    case "EACCES":
      return `Port ${port}, wanted for ${name}, is not open to this user. Set ${variable} to one above 1023.`;
    default:
      return `HOST names ${host}, which is no address of this machine (${code}). Unset it, or set it to 127.0.0.1.`;
  }
}

/** Below those that systems give to outgoing connections, of which one could have the port before it is listened on. */
const portsToTry = { from: 10_000, to: 32_000 };

/** As many different free ports as asked for, for tests; another process could take one before it is used. */
export async function freePorts(host: string, count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = portsToTry.from + Math.floor(Math.random() * (portsToTry.to - portsToTry.from));
    const outcome = await listen(host, port);
    if (outcome.ok) found.add(port);
    else if (outcome.code !== "EADDRINUSE") throw new Error(`${host} cannot be listened on: ${outcome.code}`);
  }
  return [...found];
}

type ListenOutcome = { ok: true; port: number } | { ok: false; code: string };

/** Listens for a moment. */
function listen(host: string, port: number): Promise<ListenOutcome> {
  return new Promise((resolve) => {
    const server = createServer().once("error", ({ code = "unknown" }: NodeJS.ErrnoException) =>
      resolve({ ok: false, code }),
    );
    server.listen({ host, port, exclusive: true }, () => {
      const taken = (server.address() as AddressInfo).port;
      server.close(() => resolve({ ok: true, port: taken }));
    });
  });
}
