import { createServer } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { testServiceKeys } from "@shop/auth/testing";
import { formatServiceKey } from "@shop/env";
import { createLogger, type Logger } from "@shop/telemetry";
import { composeSupergraph } from "../../src/composition";
import { type Config, loadConfig } from "../../src/config";
import { type Gateway, startService } from "../../src/service";
import { type Answer } from "../shop/shop";

/** The gateway as it is configured, on the shop's own supergraph; behind it is one server that knows nothing. */
export interface GuardedShop {
  readonly gateway: Gateway;
  readonly config: Config;
  readonly url: string;
  readonly socketUrl: string;
  /** Silent; to be spied on. */
  readonly log: Logger;
  /** Operations that reached a subgraph, in order. */
  readonly asked: string[];
  post(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

/** The gateway's configuration as it is by default, with a key for tests. */
export function loadTestConfig(): Config {
  process.env["GATEWAY_SERVICE_KEY"] ??= formatServiceKey(testServiceKeys.gateway.privateKey);
  return loadConfig();
}

const repository = join(__dirname, "../../..");

export async function startGuardedShop(changes: Partial<Config> = {}): Promise<GuardedShop> {
  const asked: string[] = [];
  const subgraphs = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push((JSON.parse(body) as { query: string }).query);
      response.setHeader("content-type", "application/json").end(JSON.stringify({ data: {} }));
    });
  });
  await new Promise<void>((resolve) => subgraphs.listen(0, "127.0.0.1", resolve));
  const subgraphUrl = `http://127.0.0.1:${(subgraphs.address() as AddressInfo).port}/graphql`;
  const folder = await mkdtemp(join(tmpdir(), "gateway-"));
  const supergraphFile = join(folder, "supergraph.graphql");
  const composed = composeSupergraph(join(repository, "supergraph.yaml"));
  if (!composed.ok) throw new Error(composed.errors.join("\n"));
  await writeFile(supergraphFile, composed.supergraphSdl);
  const services = ["user", "product", "order", "comment", "notification"];
  const config: Config = {
    ...loadTestConfig(),
    port: 0,
    supergraphFile,
    subgraphUrls: Object.fromEntries(services.map((name) => [name, subgraphUrl])),
    redisUrl: undefined,
    ...changes,
  };
  const log = createLogger("gateway");
  log.level = "silent";
  const gateway = await startService(config, log);
  const url = `http://127.0.0.1:${gateway.port}/graphql`;
  return {
    ...{ gateway, config, url, log, asked },
    socketUrl: url.replace("http", "ws"),
    post: async (body, headers) => {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return { status: response.status, ...((await response.json()) as Omit<Answer, "status">) };
    },
    stop: async () => {
      await gateway.stop();
      subgraphs.closeAllConnections();
      await new Promise((resolve) => subgraphs.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}
