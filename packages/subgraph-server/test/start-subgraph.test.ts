import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@shop/telemetry";
import { startSubgraph, type Subgraph } from "../src";

const folder = mkdtempSync(join(tmpdir(), "subgraph-"));
let subgraph: Subgraph;
beforeAll(async () => {
  const schemaFile = join(folder, "schema.graphql");
  writeFileSync(schemaFile, "type Query { greeting: String }");
  subgraph = await startSubgraph({
    name: "user",
    host: "127.0.0.1",
    port: 0,
    schemaFile,
    resolvers: { Query: { greeting: () => "good day" } },
    verifyViewer: () => Promise.resolve(null),
    verifyCaller: (credential) => Promise.resolve(credential === "the gateway's" ? "gateway" : null),
    createContext: () => ({}),
    readiness: {},
    log: createLogger("user", () => undefined),
  });
});
afterAll(async () => {
  await subgraph.stop();
  rmSync(folder, { recursive: true });
});

const ask = (headers: Record<string, string>): Promise<Response> =>
  fetch(`http://127.0.0.1:${subgraph.port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query: "{ greeting }" }),
  });

it("answers the gateway", async () => {
  const answer = await ask({ "x-service-credential": "the gateway's" });
  expect(await answer.json()).toEqual({ data: { greeting: "good day" } });
});

it("refuses a caller without a service credential with 403", async () => {
  const answer = await ask({});
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN" } }] });
});
