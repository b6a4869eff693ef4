import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { type GraphQLSchema, parse } from "graphql";
import { type ServiceName } from "../src";

export const services: readonly ServiceName[] = ["user", "product", "order", "comment", "notification"];

const schemas = new Map(
  services.map((name) => {
    const file = join(__dirname, `../../../subgraphs/${name}/schema.graphql`);
    return [name, buildSubgraphSchema({ typeDefs: parse(readFileSync(file, "utf8")) })];
  }),
);

/** What a service's own port knows of the graph. */
export function schemaOf(service: ServiceName): GraphQLSchema {
  const schema = schemas.get(service);
  if (schema === undefined) throw new Error(`no service ${service}`);
  return schema;
}
