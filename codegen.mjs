// Resolver types of every subgraph from its schema.graphql. A mapper says which type of src/ stands behind a GraphQL
// type; it is read from codegen.json beside the schema.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as typescript from "@graphql-codegen/typescript";
import * as resolvers from "@graphql-codegen/typescript-resolvers";
import { extendSchema, GraphQLSchema, parse } from "graphql";

const subgraphs = ["user", "product", "order", "comment", "notification"];

for (const name of subgraphs) {
  const folder = new URL(`./subgraphs/${name}/`, import.meta.url);
  const schemaFile = new URL("schema.graphql", folder);
  if (!existsSync(schemaFile)) continue;
  const mappersFile = new URL("codegen.json", folder);
  const mappers = existsSync(mappersFile) ? JSON.parse(readFileSync(mappersFile, "utf8")).mappers : {};
  const typeDefs = parse(readFileSync(schemaFile, "utf8"));
  const config = {
    contextType: "../context#Context",
    mappers,
    federation: true,
    useTypeImports: true,
    enumsAsTypes: true,
    defaultMapper: undefined,
    scalars: {
      ID: { input: "string", output: "string" },
      DateTime: { input: "Date", output: "Date" },
      SafeInt: { input: "number", output: "number" },
      Currency: { input: "string", output: "string" },
      URL: { input: "string", output: "string" },
      EmailAddress: { input: "string", output: "string" },
    },
  };
  const output = await codegen({
    filename: "graphql.ts",
    schema: typeDefs,
    // As written: the plugins know federation's own types by themselves.
    schemaAst: extendSchema(new GraphQLSchema({}), typeDefs, { assumeValidSDL: true }),
    documents: [],
    config,
    plugins: [{ typescript: {} }, { resolvers: {} }],
    pluginMap: { typescript, resolvers },
  });
  const target = new URL("src/generated/", folder);
  mkdirSync(target, { recursive: true });
  writeFileSync(new URL("graphql.ts", target), `// Made by codegen.mjs from schema.graphql.\n${output}`);
}
