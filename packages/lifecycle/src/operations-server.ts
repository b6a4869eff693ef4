import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { type Readiness } from "./health";

const headersTimeoutMs = 5_000;
/** A scraper, some probes and a person with curl. */
const maxConnections = 50;

/**
 * Serves what operators ask of a process on a port that is theirs alone, until it ends: /metrics, /livez and /readyz.
 * @throws where the port cannot be had
 */
export async function startOperationsServer(options: {
  host: string;
  port: number;
  readiness: () => Promise<Readiness>;
  metricsText: () => Promise<string>;
}): Promise<{ readonly port: number }> {
  const routes: Readonly<Record<string, (response: ServerResponse) => void | Promise<void>>> = {
    "/livez": (response) => sendJson(response, 200, { status: "ok" }),
    "/readyz": async (response) => {
      const { isReady, ...told } = await options.readiness();
      sendJson(response, isReady ? 200 : 503, told);
    },
    "/metrics": async (response) => {
      const text = await options.metricsText();
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
    },
  };
  const server = createServer({ headersTimeout: headersTimeoutMs }, (request, response) => {
    const { method, url = "/" } = request;
    const path = url.split("?", 1)[0] ?? "/";
    const answer = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (answer === undefined) sendJson(response, 404, { status: "unknown path" });
    else if (method !== "GET" && method !== "HEAD") sendJson(response.setHeader("allow", "GET, HEAD"), 405, {});
    else Promise.resolve(answer(response)).catch(() => sendJson(response, 500, { status: "failed" }));
  });
  server.maxConnections = maxConnections;
  await listen(server, options);
  server.unref(); // it holds up the end of no process
  return { port: (server.address() as AddressInfo).port };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
