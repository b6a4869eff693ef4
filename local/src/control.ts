import { rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";

/** Where `npm run dev` finds a shop that runs from this data folder. */
export function controlSocketOf(dataDir: string): string {
  return join(dataDir, "control.sock");
}

/**
 * Lends services out: `POST /<name>` ends that service's process and answers with its environment; the service is taken
 * back when the caller closes the connection.
 */
export async function startControl(options: {
  dataDir: string;
  /** Undefined where there is no such service. */
  environmentOf: (name: string) => Readonly<Record<string, string>> | undefined;
  release: (name: string, meanwhile: Promise<void>) => Promise<void>;
}): Promise<Server> {
  const server = createServer((request, response) => {
    const name = (request.url ?? "").slice(1);
    const env = options.environmentOf(name);
    if (request.method !== "POST" || env === undefined) {
      response.writeHead(404).end();
      return;
    }
    const returned = new Promise<void>((resolve) => response.once("close", () => resolve()));
    response.writeHead(200, { "content-type": "application/json" }).write(`${JSON.stringify(env)}\n`);
    void options.release(name, returned);
  });
  const path = controlSocketOf(options.dataDir);
  rmSync(path, { force: true });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}
