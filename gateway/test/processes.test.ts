import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { testServiceKeys } from "@shop/auth/testing";
import { formatServiceKey } from "@shop/env";
import { connectSocket } from "./shop/clients";
import { type Shop, startShop } from "./shop/shop";

const run = promisify(execFile);
const built = (file: string): string => resolve(__dirname, "../dist", file);

describe("compose", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "compose-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const composing = async (schemas: Record<string, string>) => {
    const subgraphs = Object.keys(schemas).map(
      (name) =>
        `  ${name}:\n    routing_url: http://${name}.example/graphql\n    schema: { file: ./${name}.graphql }\n`,
    );
    await writeFile(join(folder, "supergraph.yaml"), `federation_version: =2.14.4\nsubgraphs:\n${subgraphs.join("")}`);
    for (const [name, sdl] of Object.entries(schemas)) {
      if (sdl !== "") await writeFile(join(folder, `${name}.graphql`), sdl);
    }
    return run(process.execPath, [built("compose.js"), "supergraph.yaml", "supergraph.graphql"], { cwd: folder });
  };
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`;

  it("writes the supergraph and prints hints", async () => {
    const { stdout } = await composing({
      one: `${link} type Query { a: Int } "First." type T @key(fields: "id") { id: ID! }`,
      two: `${link} type Query { b: T } "Second." type T @key(fields: "id") { id: ID! c: Int }`,
    });
    expect(stdout).toContain("INCONSISTENT_DESCRIPTION");
    expect(await readFile(join(folder, "supergraph.graphql"), "utf8")).toContain("http://one.example/graphql");
  });

  it("prints every error, leaves no file, and exits with 1", async () => {
    const failed = composing({
      one: `${link} type Query { a: Int } type T { x: Int y: Int }`,
      two: `${link} type Query { b: Int } type T { x: String y: Int }`,
    });
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/FIELD_TYPE_MISMATCH[\s\S]*INVALID_FIELD_SHARING/) as string,
    });
    expect(await readdir(folder)).not.toContain("supergraph.graphql");
  });

  it("names each schema that is missing or does not parse", async () => {
    const failed = composing({ one: "type Query {", two: "" });
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\[one\].*Syntax Error[\s\S]*\[two\].*ENOENT/) as string,
    });
  });
});

describe("the gateway's process", () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop();
  });
  afterAll(() => shop.stop());

  const start = (environment: Record<string, string>) =>
    spawn(process.execPath, ["--require", require.resolve("@shop/telemetry/preload"), built("main.js")], {
      env: {
        PATH: process.env["PATH"],
        GATEWAY_PORT: "0",
        OPS_PORT: "0",
        SUPERGRAPH_FILE: shop.config.supergraphFile,
        GATEWAY_SERVICE_KEY: formatServiceKey(testServiceKeys.gateway.privateKey),
        ...environment,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });

  it("serves, finds a moved subgraph by its URL, carries the trace, and ends with 0 on SIGTERM", async () => {
    const child = start({ NODE_ENV: "production", ORDER_URL: `http://localhost:${shop.order.port}` });
    let port = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const entry = JSON.parse(line) as { port?: number };
      port = entry.port ?? 0;
      if (port !== 0) break;
    }
    const trace = "0af7651916cd43dd8448eb211c80319c";
    const ask = async (query: string): Promise<unknown> => {
      const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", traceparent: `00-${trace}-b7ad6b7169203331-01` },
        body: JSON.stringify({ query }),
      });
      return response.json();
    };
    expect(await ask(`{ order(id: "ord_1") { number product { name } } }`)).toEqual({
      data: { order: { number: "No. ord_1", product: { name: "Name of prd_1" } } },
    });
    expect(shop.order.requests.at(-1)?.headers).toMatchObject({
      host: `localhost:${shop.order.port}`,
      traceparent: expect.stringContaining(trace) as string,
    });
    expect(await ask("{ refused }")).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN", traceId: trace } }] });
    const client = await connectSocket(`ws://127.0.0.1:${port}/graphql`);
    client.send({ id: "1", type: "subscribe", payload: { query: "{ refused }" } });
    expect(await client.receive()).toMatchObject({
      payload: { errors: [{ extensions: { traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string } }] },
    });
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(await client.closed).toBe(1001);
  });

  it("ends with 1 where there is no supergraph", async () => {
    const child = start({ SUPERGRAPH_FILE: "/nowhere/supergraph.graphql" });
    child.stdout.resume();
    expect(await once(child, "exit")).toEqual([1, null]);
  });
});
