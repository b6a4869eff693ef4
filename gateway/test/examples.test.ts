import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Supergraph } from "@apollo/federation-internals";
import { parse, validate } from "graphql";
import { composeSupergraph } from "../src/composition";
import { examples } from "../src/pages/examples";

const root = join(__dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const pasted = [...readme.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

// A newcomer's first request must not be the one that fails.
it("every example in GraphiQL and in the README fits the supergraph", () => {
  const outcome = composeSupergraph(join(root, "supergraph.yaml"));
  if (!outcome.ok) throw new Error(outcome.errors.join("\n"));
  expect(outcome.hints).toEqual([]);
  const schema = Supergraph.build(outcome.supergraphSdl).apiSchema().toGraphQLJSSchema();
  expect(pasted.length).toBeGreaterThanOrEqual(5);
  const texts = [...examples.map(({ query }) => query), ...pasted];
  for (const text of texts) expect(validate(schema, parse(text))).toEqual([]);
});
