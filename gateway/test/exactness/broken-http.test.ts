import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createLogger } from "@shop/telemetry";
import { parse } from "graphql";
import { createSubgraphClient } from "../../src/execution/subgraph-client";
import { loadSupergraph } from "../../src/supergraph";
import { composeGraph } from "./harness/graph";
import { nobody } from "./harness/engine";

const supergraph = composeGraph({
  catalogue: `type Query { thing: Thing other: String } type Thing @key(fields: "id") { id: ID! }`,
  details: `type Thing @key(fields: "id") { id: ID! name: String }`,
});
const good = { data: { _entities: [{ name: "n" }] } };

type Reply = (response: ServerResponse, request: IncomingMessage) => void;

/** Runs one operation where `details` replies as given, over HTTP. */
async function askOver(reply: Reply) {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (body.includes("_entities")) reply(response, request);
      else
        response
          .setHeader("content-type", "application/json")
          .end(`{"data":{"thing":{"__typename":"Thing","id":"1"},"other":""}}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const log = createLogger("gateway");
  log.level = "silent";
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const clients = ["catalogue", "details"].map((name) => ({
    name,
    client: createSubgraphClient({
      name,
      url,
      log,
      timeoutMs: 300,
      mutationTimeoutMs: 300,
      connections: 2,
      credentialFor: () => Promise.resolve("none"),
    }),
  }));
  const { engine } = loadSupergraph(supergraph, {
    clientOf: ({ name }) => {
      const found = clients.find((each) => each.name === name);
      if (found === undefined) throw new Error(`No such subgraph: ${name}`);
      return found.client;
    },
  });
  const outcome = await engine.execute(engine.prepare(parse("{ other thing { id name } }")), {}, nobody);
  await Promise.all(clients.map(({ client }) => client.close()));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return outcome;
}

const json =
  (status: number, body: unknown, type = "application/json"): Reply =>
  (response) => {
    response.writeHead(status, { "content-type": type }).end(typeof body === "string" ? body : JSON.stringify(body));
  };

it.each<[string, Reply]>([
  ["no JSON", json(200, "<html>busy</html>", "text/html")],
  ["JSON that ends too early", json(200, `{"data":{"_entities":[{"name":`)],
  ["JSON that is no object", json(200, "[1]")],
  ["null", json(200, "null")],
  ["nothing", json(200, "")],
  ["HTTP 500 and a page", json(500, "Internal Server Error", "text/plain")],
  ["HTTP 204", json(204, "")],
  ["HTTP 302", (response) => response.writeHead(302, { location: "/" }).end()],
  ["a closed connection", (_response, request) => request.socket.destroy()],
  [
    "a connection closed midway",
    (response, request) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" }).write(`{"data":`);
      setImmediate(() => request.socket.destroy());
    },
  ],
  ["no answer at all", () => undefined],
])("answers null and one error that names the subgraph where it replies with %s", async (_what, reply) => {
  const { data, errors } = await askOver(reply);
  expect(JSON.parse(JSON.stringify(data))).toEqual({ other: "", thing: { id: "1", name: null } });
  expect(errors).toHaveLength(1);
  expect(errors).toMatchObject([{ path: ["thing", "name"], extensions: { serviceName: "details" } }]);
  expect(JSON.stringify(errors)).not.toMatch(/127\.0\.0\.1|ECONN|UND_ERR|SyntaxError|Unexpected|html/);
});

it.each<[string, Reply, unknown]>([
  [
    "HTTP 500 with GraphQL errors",
    json(500, { errors: [{ message: "It is late", extensions: { code: "LATE" } }] }),
    "LATE",
  ],
  [
    "HTTP 400 in GraphQL's own media type",
    json(400, { errors: [{ message: "No", extensions: { code: "NO" } }] }, "application/graphql-response+json"),
    "NO",
  ],
])("reads the errors of %s", async (_what, reply, code) => {
  const { data, errors } = await askOver(reply);
  expect(data).toMatchObject({ thing: { name: null } });
  expect(errors).toMatchObject([{ path: ["thing", "name"], extensions: { code, serviceName: "details" } }]);
});

it("reads an answer in GraphQL's own media type", async () => {
  const reply = json(200, good, "application/graphql-response+json; charset=utf-8");
  expect(await askOver(reply)).toMatchObject({ data: { thing: { name: "n" } } });
});
