import { testMongoUrl } from "@shop/local/testing";
import { createConnection } from "mongoose";
import { combinations } from "../src/catalogue/combinations";
import { explainPages } from "../src/catalogue/explained-pages";
import { type ReadPlan } from "../src/catalogue/overheard-finds";
import { seed } from "../src/catalogue/running-catalogue";

const products = 3_000;
// Of the few that match several demands at once, some are read in vain; far fewer than there are.
const mostRead = 400;
const url = testMongoUrl();
let plans: ReadonlyMap<string, readonly ReadPlan[]>;

beforeAll(async () => {
  await seed(url, products, () => undefined);
  plans = await explainPages(url, combinations);
}, 120_000);
afterAll(async () => {
  const connection = await createConnection(url).asPromise();
  await connection.dropDatabase();
  await connection.close();
});

it("has twelve combinations, each with a name of its own", () => {
  expect(new Set(combinations.map(({ name }) => name)).size).toBe(12);
});

it.each(combinations.map(({ name }) => name))("lists %s from an index that has its order", (name) => {
  const its = plans.get(name) ?? [];
  expect(its).not.toHaveLength(0);
  for (const { indexes, scansCollection, sorts, documentsExamined } of its) {
    if (indexes.length === 0 && !scansCollection) continue; // a server that does not tell
    expect({ scansCollection, sorts }).toEqual({ scansCollection: false, sorts: false });
    expect(documentsExamined).toBeLessThan(mostRead);
  }
});
