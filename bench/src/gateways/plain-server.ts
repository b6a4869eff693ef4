// The least that can stand between a client and one subgraph. Run as `plain-server.js <port> <subgraph URLs as JSON>`.
import { serveJson } from "./json-server";
import { createSubgraphCall, type SubgraphUrls } from "./subgraph-calls";

const [port = "", urls = ""] = process.argv.slice(2);
const callProducts = createSubgraphCall((JSON.parse(urls) as SubgraphUrls).products);

serveJson(Number(port), async (body, authorization) => (await callProducts(body, authorization)).text);
