import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { composeServices } from "@apollo/composition";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { execute, parse, validate } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { parseStandaloneOptions } from "../src/standalone-options";
import { connectSocket } from "./shop/clients";

const script = resolve(__dirname, "../dist/standalone.js");

interface Foreign {
  readonly url: string;
  readonly headers: unknown[];
  stop(): Promise<void>;
}

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { me: User bad(limit: Int!): Int }
  type Subscription { whoAmI: String }
  type User @key(fields: "id") { id: ID! friend: User token: String }
`);

/** A subgraph as others run them: no credential, answers in the newer media type, errors with a status of their own. */
async function startForeign(): Promise<Foreign> {
  const friend = (): unknown => ({ id: "1", friend });
  const resolvers = {
    Query: { me: friend },
    User: { token: (_user: unknown, _args: unknown, context: { token?: string }) => context.token },
    Subscription: {
      whoAmI: {
        async *subscribe(_root: unknown, _args: unknown, context: { token?: string }) {
          await Promise.resolve();
          yield { whoAmI: context.token };
        },
      },
    },
  };
  const schema = buildSubgraphSchema({ typeDefs, resolvers: resolvers as never });
  const headers: unknown[] = [];
  const server: Server = createServer((request, response) => {
    void (async () => {
      headers.push(request.headers);
      const body = JSON.parse(await text(request)) as { query: string; variables?: Record<string, unknown> };
      const document = parse(body.query);
      const errors = body.query.includes("bad(") ? [{ message: "bad limit" }] : validate(schema, document);
      const contextValue = { token: request.headers.authorization };
      const result =
        errors.length > 0
          ? { errors }
          : await execute({ schema, document, variableValues: body.variables, contextValue });
      response.writeHead(errors.length > 0 ? 400 : 200, { "content-type": "application/graphql-response+json" });
      response.end(JSON.stringify(result));
    })();
  });
  const sockets = new WebSocketServer({ server });
  useServer({ schema, context: (ctx) => ({ token: ctx.connectionParams?.["Authorization"] as string }) }, sockets);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/any/path`,
    headers,
    stop: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

let foreign: Foreign;
let folder: string;
let file: string;
beforeAll(async () => {
  foreign = await startForeign();
  folder = await mkdtemp(join(tmpdir(), "standalone-"));
  file = join(folder, "supergraph.graphql");
  const composed = composeServices([{ name: "users", url: foreign.url, typeDefs }]);
  if (composed.supergraphSdl === undefined) throw new Error("It does not compose.");
  await writeFile(file, composed.supergraphSdl);
});
afterAll(async () => {
  await foreign.stop();
  await rm(folder, { recursive: true });
});

function run(...args: string[]): ChildProcess {
  const env = { PATH: process.env["PATH"], INIT_CWD: dirname(file) };
  return spawn(process.execPath, [script, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs it until it is ready. */
async function start(...args: string[]): Promise<{ child: ChildProcess; port: number }> {
  const child = run("--supergraph", basename(file), "--port", "0", ...args);
  for await (const chunk of child.stdout ?? []) {
    const port = /"port":(\d+)/.exec(String(chunk))?.[1];
    if (port !== undefined) return { child, port: Number(port) };
  }
  throw new Error("It ended before it was ready.");
}

async function ask(port: number, query: string, headers: Record<string, string> = {}) {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, body: (await response.json()) as { data?: unknown; errors?: unknown[] } };
}

it("serves a supergraph of strangers: any token goes through, none of ours does, limits are off", async () => {
  const { child, port } = await start("--limits", "off");
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);

  const anyToken = { authorization: "Basic b3RoZXI=" };
  expect(await ask(port, "{ me { token } }", anyToken)).toEqual({
    status: 200,
    body: { data: { me: { token: "Basic b3RoZXI=" } } },
  });
  expect(foreign.headers.at(-1)).not.toHaveProperty("x-service-credential");
  expect(await ask(port, '{ me { token } __type(name: "User") { name } }')).toEqual({
    status: 200,
    body: { data: { me: { token: null }, __type: { name: "User" } } },
  });

  const deep = `{ me ${"{ friend ".repeat(60)} { id } ${"}".repeat(60)} }`;
  expect(await ask(port, deep)).toMatchObject({ status: 200, body: { data: { me: { friend: {} } } } });
  const broad = `{ ${Array.from({ length: 500 }, (_, i) => `a${i}: me { id }`).join(" ")} }`;
  expect((await ask(port, broad)).body.errors).toBeUndefined();
  expect((await ask(port, `{ me { id } } #${"x".repeat(3_000_000)}`)).status).toBe(200);

  expect(await ask(port, "{ bad(limit: 1) me { id } }")).toMatchObject({
    status: 200,
    body: { data: { bad: null, me: null }, errors: [{ extensions: { serviceName: "users" } }, {}] },
  });

  const client = await connectSocket(`ws://127.0.0.1:${port}/graphql`, { Authorization: "token of the socket" });
  client.send({ id: "1", type: "subscribe", payload: { query: "subscription { whoAmI }" } });
  expect(await client.receive()).toMatchObject({ payload: { data: { whoAmI: "token of the socket" } } });
  client.socket.close();

  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});

it("keeps its limits unless told otherwise", async () => {
  const { child, port } = await start();
  const deep = `{ me ${"{ friend ".repeat(60)} { id } ${"}".repeat(60)} }`;
  expect(await ask(port, deep)).toMatchObject({ status: 400 });
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});

describe("says in one line what is wrong, and ends with 1:", () => {
  const ends = async (...args: string[]): Promise<string> => {
    const child = run(...args);
    child.stdout?.resume();
    const [said, exit] = await Promise.all([text(child.stderr as NodeJS.ReadableStream), once(child, "exit")]);
    expect(exit).toEqual([1, null]);
    return said;
  };

  it("an unknown option", async () => {
    expect(await ends("--sugergraph", "x")).toMatch(/^Unknown option '--sugergraph'\.?\nUsage: /);
  });

  it("a missing file", async () => {
    const missing = join(folder, "nowhere.graphql");
    expect(await ends("--supergraph", "nowhere.graphql", "--port", "0")).toBe(`${missing} cannot be read (ENOENT).\n`);
  });

  it("a file that is no supergraph", async () => {
    await writeFile(join(folder, "plain.graphql"), "type Query { a: Int }");
    expect(await ends("--supergraph", "plain.graphql", "--port", "0")).toMatch(
      /plain\.graphql is no supergraph: .+\n$/,
    );
  });

  it("a port in use", async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
    const { port } = taken.address() as AddressInfo;
    const said = await ends("--supergraph", basename(file), "--port", String(port));
    expect(said).toBe(`Port ${port} is in use on 127.0.0.1.\n`);
    taken.close();
  });
});

it.each([
  [["x"], /^Unexpected argument 'x'/],
  [["--supergraph"], /^Option '--supergraph <value>' argument missing/],
  [["--port", "1"], /^--supergraph <file> is missing\.$/],
  [["--supergraph", "x"], /^--port <n> is missing\.$/],
  [["--supergraph", "x", "--port", "80a"], /^--port takes a number .*, not "80a"\.$/],
  [["--supergraph", "x", "--port", "65536"], /^--port takes a number/],
  [["--supergraph", "x", "--port", "0", "--limits", "no"], /^--limits takes on or off, not "no"\.$/],
])("does not take %j", (args, message) => {
  expect(parseStandaloneOptions(args)).toEqual({ ok: false, problem: expect.stringMatching(message) as string });
});
