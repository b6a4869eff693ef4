// What MongoDB could not do now and may do later is no fault of ours, and clients are told to come again.
import { eventually } from "@shop/subgraph-server/testing";
import { startCatalogue, type TestCatalogue, testConfig } from "./catalogue";
import { type RefusingStore, startRefusingStore } from "./refusing-store";

let store: RefusingStore;
let shop: TestCatalogue;
let id: string;
beforeAll(async () => {
  store = await startRefusingStore(testConfig().mongoUrl);
  shop = await startCatalogue({ mongoUrl: store.url, holdSweepIntervalMs: 3_600_000 });
  id = await shop.addProduct({ name: "Kettle" });
});
afterEach(() => store.allowAll());
afterAll(async () => {
  store.allowAll();
  await shop.stop();
  await store.stop();
});

const reads: [string, string, string][] = [
  ["a list", "find", `{ products { edges { node { id } } } }`],
  ["a search", "find", `{ products(filter: { search: "kettle" }) { edges { node { id } } } }`],
  ["a count", "aggregate", `{ products { totalCount } }`],
  ["facets", "aggregate", `{ products { facets { attributes { name } } } }`],
  ["an entity", "find", `{ product(id: "ID") { name } }`],
  ["the categories", "find", `{ categories { name } }`],
];

it.each(reads)("answers SERVICE_UNAVAILABLE where %s takes too long", async (_what, kind, operation) => {
  store.refuse(50, kind);
  const { errors } = await shop.ask(operation.replace("ID", id));
  expect(errors?.[0]).toMatchObject({ extensions: { code: "SERVICE_UNAVAILABLE" } });
  expect(JSON.stringify(errors)).not.toContain("shard-7");
});

it.each([91, 262, 10_107, 11_600, 13_436])(
  "answers SERVICE_UNAVAILABLE to code %d of a read and of a write",
  async (code) => {
    store.refuse(code, "find", "update");
    const renaming = `mutation ($id: ID!) { updateProduct(id: $id, input: { name: "Kettle" }) { errors { code } } }`;
    for (const [operation, role] of [
      ["query ($id: ID!) { product(id: $id) { name } }", null],
      [renaming, "STAFF"],
    ] as const) {
      const { errors } = await shop.ask(operation, { id }, role);
      expect(errors).toMatchObject([{ extensions: { code: "SERVICE_UNAVAILABLE" } }]);
    }
    store.allowAll();
    // After some of these codes the driver looks for the store again first.
    const { data } = await eventually(
      () => shop.ask("query ($id: ID!) { product(id: $id) { name } }", { id }),
      (answer) => answer.errors === undefined,
    );
    expect(data).toEqual({ product: { name: "Kettle" } });
  },
);

it("answers INTERNAL_SERVER_ERROR to what is a fault of ours, and tells no more", async () => {
  store.refuse(2, "find"); // BadValue
  const { errors } = await shop.ask("query ($id: ID!) { product(id: $id) { name } }", { id });
  expect(errors).toMatchObject([{ extensions: { code: "INTERNAL_SERVER_ERROR" } }]);
  expect(JSON.stringify(errors)).not.toContain("shard-7");
});
