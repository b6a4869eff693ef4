import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse, validate } from "graphql";
import { allRoutes } from "../src/all-routes";

const schemas = new Map(
  ["user", "product", "order", "notification", "comment"].map((name) => {
    const file = join(__dirname, `../../../subgraphs/${name}/schema.graphql`);
    return [name, buildSubgraphSchema({ typeDefs: parse(readFileSync(file, "utf8")) })];
  }),
);

// On a service's own port there is only that service: an operation that reaches further would not answer there.
it.each(allRoutes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  "%s asks for what its own service has",
  (_name, { service, operation }) => {
    const schema = schemas.get(service);
    expect(schema && validate(schema, parse(operation))).toEqual([]);
  },
);

it("has one route for each method and path", () => {
  const names = allRoutes.map(({ method, path }) => `${method} ${path}`);
  expect(names).toEqual([...new Set(names)]);
});
