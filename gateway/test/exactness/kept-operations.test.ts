import { parse } from "graphql";
import { loadSupergraph } from "../../src/supergraph";
import { composeGraph } from "./harness/graph";

const load = () => {
  const send = () => Promise.resolve({ ok: false, reason: "UNAVAILABLE" } as const);
  const supergraph = composeGraph({ only: "type Query { a: Int b: Int }" });
  return loadSupergraph(supergraph, { clientOf: () => ({ send, close: () => Promise.resolve() }) }).engine;
};

it("keeps what it has compiled for as long as it is used, and no more than 1,000 of it", () => {
  const engine = load();
  const documents = Array.from({ length: 1_001 }, (_, index) => parse(`{ a${index}: a }`));
  const [used, unused, ...others] = documents.map((document) => engine.prepare(document));
  const compiled = used?.variantFor({});
  const forgotten = unused?.variantFor({});
  for (const other of others) {
    other.variantFor({});
    expect(used?.variantFor({})).toBe(compiled);
  }
  const another = engine.prepare(parse("{ b }"));
  another.variantFor({});
  expect(used?.variantFor({})).toBe(compiled);
  expect(unused?.variantFor({})).not.toBe(forgotten);
});

it("counts the variants of one operation, too", () => {
  const names = Array.from({ length: 10 }, (_, index) => `v${index}`);
  const fields = names.map((name) => `${name}: a @skip(if: $${name})`).join(" ");
  const operation = load().prepare(
    parse(`query (${names.map((name) => `$${name}: Boolean!`).join()}) { b ${fields} }`),
  );
  const variablesOf = (bits: number) => Object.fromEntries(names.map((name, bit) => [name, (bits & (1 << bit)) !== 0]));
  const first = operation.variantFor(variablesOf(0));
  expect(operation.variantFor(variablesOf(0))).toBe(first);
  for (let bits = 1; bits <= 1_000; bits += 1) operation.variantFor(variablesOf(bits));
  expect(operation.variantFor(variablesOf(0))).not.toBe(first);
});
