import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takesConnections } from "./readiness";

// What the name of a socket may hold on macOS; on Linux it is 108.
const maxSocketPathBytes = 104;

/** Where `npm run dev` finds a shop that runs from this data folder. */
export function controlSocketOf(dataDir: string): string {
  const path = join(dataDir, "control.sock");
  if (Buffer.byteLength(path) < maxSocketPathBytes) return path;
  return join(tmpdir(), `shop-${createHash("sha256").update(dataDir).digest("hex").slice(0, 12)}.sock`);
}

/** Whether a shop runs from this data folder now, ended as it should (or never ran), or was killed. */
export async function stateOfShop(dataDir: string): Promise<"running" | "ended" | "killed"> {
  const path = controlSocketOf(dataDir);
  if (!existsSync(path)) return "ended";
  return (await takesConnections({ path })) ? "running" : "killed";
}

/**
 * Tells what services are given: `GET /`, as one line. And lends services out: `POST /<name>` ends that service's process and then answers with its environment, as one line; the
 * service is taken back when the caller closes the connection. 404: there is no such service, or it is lent out already.
 */
export async function startControl(options: {
  dataDir: string;
  /** For commands. */
  env: Readonly<Record<string, string>>;
  /** For whatever is lent out. */
  envOf: (name: string) => Readonly<Record<string, string>>;
  /** As a supervisor does. */
  release: (name: string) => Promise<(() => void) | undefined>;
}): Promise<Server> {
  const answer = (response: ServerResponse, env: Readonly<Record<string, string>>): boolean =>
    response.writeHead(200, { "content-type": "application/json" }).write(`${JSON.stringify(env)}\n`);
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      answer(response, options.env);
      response.end();
      return;
    }
    const name = (request.url ?? "").slice(1);
    void options.release(name).then((takeBack) => {
      if (takeBack === undefined) {
        response.writeHead(404).end();
        return;
      }
      response.once("close", takeBack);
      if (response.destroyed) takeBack();
      else answer(response, options.envOf(name));
    });
  });
  const path = controlSocketOf(options.dataDir);
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  return server;
}
