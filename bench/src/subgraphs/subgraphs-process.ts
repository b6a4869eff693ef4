// All subgraphs of the benchmark, in a process of their own.
import { serveCalls } from "../calls";
import { createCatalogue } from "./catalogue";
import { startMemoisedSubgraph } from "./memoised-subgraph";
import { startSpanSink } from "./span-sink";
import { buildSubgraph, type SubgraphName, subgraphNames } from "./schemas";
import { createStockEvents, serveStockEvents } from "./stock-events";
import { createTraffic } from "./traffic";

const catalogue = createCatalogue();
const traffic = createTraffic();
const stockEvents = createStockEvents();
const spanSink = startSpanSink();

const started = Promise.all(
  subgraphNames.map(async (name) => {
    const schema = buildSubgraph(name, catalogue, stockEvents.subscribe);
    const subgraph = await startMemoisedSubgraph(name, schema, traffic);
    if (name === "inventory") serveStockEvents(subgraph.server, schema);
    return subgraph;
  }),
);

const handlers = {
  urls: async () => {
    const subgraphs = await started;
    const urls = subgraphs.map(({ name, port }) => [name, `http://127.0.0.1:${port}/graphql`]);
    return Object.fromEntries(urls) as Record<SubgraphName, string>;
  },
  spanSinkUrl: () => spanSink,
  takeTraffic: () => traffic.take(),
  delay: async (delaysMs: Partial<Record<SubgraphName, number>>) => {
    for (const subgraph of await started) subgraph.delayMs = delaysMs[subgraph.name] ?? 0;
  },
  publishStock: () => {
    const [product] = catalogue.products;
    if (product !== undefined) stockEvents.publish(product);
  },
};

export type SubgraphsHandlers = typeof handlers;

serveCalls(handlers);
