import { fastify, type FastifyInstance } from "fastify";
import { examples } from "../src/pages/examples";
import { registerPages } from "../src/pages/pages";

let app: FastifyInstance;

beforeAll(() => {
  app = fastify();
  app.get("/graphql", () => "an answer");
  registerPages(app);
});

afterAll(() => app.close());

it("serves GraphiQL from its own files, with the examples in its tabs", async () => {
  const { statusCode, headers, body } = await app.inject({ url: "/graphiql" });
  expect([statusCode, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  expect(body).not.toMatch(/(src|href)="https?:/);
  for (const example of examples) expect(body).toContain(JSON.stringify(example));
});

it.each(["/", "/graphql"])("leads a browser that opens %s to it", async (url) => {
  const { statusCode, headers } = await app.inject({ url, headers: { accept: "text/html,*/*" } });
  expect([statusCode, headers["location"]]).toEqual([302, "/graphiql"]);
});

it("leaves /graphql to whoever asks for an answer", async () => {
  expect((await app.inject({ url: "/graphql", headers: { accept: "application/json" } })).body).toBe("an answer");
});
