import { buildSchema, parse, validate } from "graphql";
import { createGraph } from "./harness/graph";

it("does not offer @defer and @stream", async () => {
  const query = "type Query { thing: Thing } type Thing";
  const graph = createGraph({
    monolith: `${query} { id: ID! }`,
    subgraphs: { a: `${query} @key(fields: "id") { id: ID! }` },
    resolvers: { Query: { thing: () => ({ id: "1" }) } },
  });
  const { data } = await graph.run("{ __schema { directives { name } } }");
  const names = (data as { __schema: { directives: { name: string }[] } }).__schema.directives.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["skip", "include"]));
  expect(names).not.toEqual(expect.arrayContaining(["defer"]));
  expect(names).not.toEqual(expect.arrayContaining(["stream"]));
  const deferred = parse("{ thing { ... @defer { id } } }");
  expect(validate(buildSchema(`${query} { id: ID! }`), deferred)).toMatchObject([
    { message: `Unknown directive "@defer".` },
  ]);
});
