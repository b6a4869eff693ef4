import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GatewayName } from "../src/gateways/gateways";
import { federatedQuery, smallQuery } from "../src/operations";
import { postQuery, type RunningGateway, startGateway } from "../src/running-gateway";
import { type Catalogue, createCatalogue } from "../src/subgraphs/catalogue";
import { type MemoisedSubgraph, startMemoisedSubgraph } from "../src/subgraphs/memoised-subgraph";
import { buildSubgraph, type SubgraphName, subgraphNames } from "../src/subgraphs/schemas";
import { createStockEvents } from "../src/subgraphs/stock-events";
import { answerFromCatalogue, type ComposedSupergraph, composeSupergraph } from "../src/subgraphs/supergraph";
import { createTraffic } from "../src/subgraphs/traffic";

const catalogue: Catalogue = createCatalogue();
const traffic = createTraffic();
let folder: string;
let subgraphs: readonly MemoisedSubgraph[];
let subgraphUrls: Record<SubgraphName, string>;
let supergraph: ComposedSupergraph;
const running: RunningGateway[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bench-test-"));
  const { subscribe } = createStockEvents();
  subgraphs = await Promise.all(
    subgraphNames.map((name) => startMemoisedSubgraph(name, buildSubgraph(name, catalogue, subscribe), traffic)),
  );
  const urls = subgraphs.map(({ name, port }) => [name, `http://127.0.0.1:${port}/graphql`]);
  subgraphUrls = Object.fromEntries(urls) as Record<SubgraphName, string>;
  supergraph = composeSupergraph(subgraphUrls);
  await writeFile(join(folder, "supergraph.graphql"), supergraph.sdl);
});

afterAll(async () => {
  await Promise.all(running.map((gateway) => gateway.stop()));
  for (const { server } of subgraphs) server.close().closeAllConnections();
  await rm(folder, { recursive: true });
});

async function start(name: GatewayName, query: string): Promise<RunningGateway> {
  const rig = { supergraphFile: join(folder, "supergraph.graphql"), subgraphUrls, spanSinkUrl: "" };
  const gateway = await startGateway(name, { rig, query, deduplicates: false, core: undefined });
  running.push(gateway);
  return gateway;
}

it.each<GatewayName>(["ours", "ours-guarded", "stock", "hand-written"])(
  "%s answers as one server with all the data would, and passes the viewer's Authorization on",
  async (name) => {
    const gateway = await start(name, federatedQuery);
    traffic.take();
    const { text } = await postQuery(gateway.url, federatedQuery, "Bearer somebody");
    expect(JSON.parse(text)).toEqual(await answerFromCatalogue(supergraph.apiSchema, catalogue, federatedQuery));
    expect(text.length).toBeGreaterThan(70_000);
    expect(traffic.take()).toMatchObject({
      anonymous: 0,
      authorizations: { accounts: 1, products: 1, inventory: 1, reviews: 1 },
    });
  },
);

it("the hand-written server makes six calls", async () => {
  const gateway = await start("hand-written", federatedQuery);
  traffic.take();
  await postQuery(gateway.url, federatedQuery, undefined);
  expect(traffic.take()).toMatchObject({ requests: 6, anonymous: 6 });
});

it("the plain server passes the small query through", async () => {
  const gateway = await start("plain", smallQuery);
  const { text } = await postQuery(gateway.url, smallQuery, "Bearer somebody");
  expect(JSON.parse(text)).toEqual(await answerFromCatalogue(supergraph.apiSchema, catalogue, smallQuery));
  expect(text.length).toBeGreaterThan(900);
});
