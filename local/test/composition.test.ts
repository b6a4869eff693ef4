import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { composeSupergraph } from "../src/composition";
import { ShopFailure } from "../src/failure";

const root = mkdtempSync(join(tmpdir(), "shop-composition-"));
beforeAll(() => symlinkSync(resolve(__dirname, "../../gateway"), join(root, "gateway")));
afterAll(() => rmSync(root, { recursive: true }));

function write(schema: string): void {
  writeFileSync(join(root, "user.graphql"), schema);
  writeFileSync(
    join(root, "supergraph.yaml"),
    "subgraphs:\n  user:\n    routing_url: http://localhost:8080/graphql\n    schema: { file: user.graphql }\n",
  );
}

it("names what keeps the supergraph from being composed, and the way out", async () => {
  write("type Query { me: Usr }");
  const composed = composeSupergraph(root, new AbortController().signal);
  await expect(composed).rejects.toThrow(ShopFailure);
  await expect(composed).rejects.toThrow(/\[user\] Unknown type.*Usr[^]*npm run compose/);
});

it("ends when asked to", async () => {
  write("type Query { me: String }");
  await expect(composeSupergraph(root, AbortSignal.abort())).rejects.toThrow("aborted");
});
