import { createServer, type AddressInfo } from "node:net";

export interface WantedPort {
  readonly port: number;
  /** Who listens there. */
  readonly name: string;
  /** The variable that moves it. */
  readonly variable: string;
}

/** @returns those that something else listens on already */
export async function findTakenPorts(host: string, wanted: readonly WantedPort[]): Promise<WantedPort[]> {
  const free = await Promise.all(wanted.map(({ port }) => listens(host, port).then((found) => found !== undefined)));
  return wanted.filter((_, index) => free[index] === false);
}

/** As many different free ports as asked for, for tests; another process could take one before it is used. */
export async function freePorts(host: string, count: number): Promise<number[]> {
  const ports = await Promise.all(Array.from({ length: count }, () => listens(host, 0)));
  return ports.filter((port) => port !== undefined);
}

/** Listens for a moment. @returns the port, or undefined where it is taken */
function listens(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(undefined));
    server.listen({ host, port, exclusive: true }, () => {
      const taken = (server.address() as AddressInfo).port;
      server.close(() => resolve(taken));
    });
  });
}
