// Answers the federated operation alone, as one would by hand. Run as `hand-written-server.js <port> <subgraph URLs as JSON>`.
import { createTestQuery } from "./hand-written-query";
import { serveJson } from "./json-server";
import { createSubgraphCall, type SubgraphUrls } from "./subgraph-calls";

const [port = "", urls = ""] = process.argv.slice(2);
const { accounts, products, inventory, reviews } = JSON.parse(urls) as SubgraphUrls;
const answerTestQuery = createTestQuery({
  accounts: createSubgraphCall(accounts),
  products: createSubgraphCall(products),
  inventory: createSubgraphCall(inventory),
  reviews: createSubgraphCall(reviews),
});

serveJson(Number(port), async (body, authorization) => {
  const { query } = JSON.parse(body) as { query: string };
  if (!query.includes("TestQuery")) throw new Error("It knows one operation.");
  return JSON.stringify({ data: await answerTestQuery(authorization) });
});
