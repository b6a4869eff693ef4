import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { createLogger } from "@shop/telemetry";
import { createSubgraphClient, type SubgraphClient } from "../src/execution/subgraph-client";
import { nobody } from "./exactness/harness/engine";

let server: Server;
let client: SubgraphClient;

/** @param listener the subgraph, with the limits that Node sets by itself */
async function start(listener: RequestListener): Promise<void> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const log = createLogger("gateway");
  log.level = "silent";
  client = createSubgraphClient({
    name: "products",
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    timeoutMs: 5_000,
    mutationTimeoutMs: 5_000,
    connections: 2,
    credentialFor: undefined,
    log,
  });
}

afterEach(async () => {
  jest.restoreAllMocks();
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ask = (userAgent?: string) =>
  client.send({ body: `{"query":"{ a }"}`, isMutation: false }, { ...nobody, userAgent });
const good = { data: { a: 1 } };
const unavailable = { ok: false, reason: "UNAVAILABLE" };
const times = 6; // more failures than the breaker lets pass

it("leaves a subgraph alone that fails again and again", async () => {
  let requests = 0;
  // However long the machine stops: after a while the subgraph would be asked again.
  jest.spyOn(Date, "now").mockReturnValue(Date.now());
  await start((_request, response) => {
    requests += 1;
    response.writeHead(500).end();
  });
  for (let time = 0; time < times; time += 1) expect(await ask()).toEqual(unavailable);
  expect(requests).toBeLessThan(times);
});

it("does not take it for a failure of the subgraph that one client's requests are beyond its limits", async () => {
  await start((_request, response) => response.end(JSON.stringify(good)));
  for (let time = 0; time < times; time += 1) expect(await ask("x".repeat(17_000))).toEqual(unavailable);
  expect(await ask()).toEqual({ ok: true, answer: good });
});

it("does not take it for a failure of the subgraph that one client asks for more than it may get", async () => {
  const tooMuch = Buffer.alloc(33_000_000, " ");
  await start((request, response) =>
    response.end(request.headers["user-agent"] === "all" ? tooMuch : JSON.stringify(good)),
  );
  for (let time = 0; time < times; time += 1) expect(await ask("all")).toEqual(unavailable);
  expect(await ask()).toEqual({ ok: true, answer: good });
});
