import { type mongo } from "mongoose";
import { addIndex, openTestDatabase } from "./mongo-process";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.end());

const duplicate = { code: 11000 };
type Things = ReturnType<typeof database.collection>;

describe("unique indexes", () => {
  it("tell what collided", async () => {
    const things = database.collection();
    await addIndex(things, { sku: 1 }, { unique: true });
    await things.insertOne({ sku: "A1" });
    await expect(things.insertOne({ sku: "A1" })).rejects.toMatchObject({
      code: 11000,
      message: expect.stringMatching(/^E11000 duplicate key error collection: .* index: sku_1 dup key: /) as string,
      keyPattern: { sku: 1 },
      keyValue: { sku: "A1" },
    });
  });

  it("let one of fifty concurrent inserts win", async () => {
    const things = database.collection();
    await addIndex(things, { sku: 1 }, { unique: true });
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => things.insertOne({ sku: "A1", n })));
    const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    expect(reasons).toHaveLength(49);
    for (const reason of reasons) expect(reason).toMatchObject(duplicate);
    expect(await things.countDocuments()).toBe(1);
  });

  it("refuse an update into a key that is taken, and free the key that is left", async () => {
    const things = database.collection();
    await addIndex(things, { sku: 1 }, { unique: true });
    await things.insertMany([{ sku: "A1" }, { sku: "A2" }]);
    await expect(things.updateOne({ sku: "A2" }, { $set: { sku: "A1" } })).rejects.toMatchObject(duplicate);
    await things.updateOne({ sku: "A1" }, { $set: { sku: "A3" } });
    await things.updateOne({ sku: "A2" }, { $set: { sku: "A1" } });
    await things.deleteOne({ sku: "A3" });
    await things.insertOne({ sku: "A3" });
    expect((await things.distinct("sku")).sort()).toEqual(["A1", "A3"]);
  });

  it("count a missing field as null, unless sparse", async () => {
    const plain = database.collection();
    await addIndex(plain, { email: 1 }, { unique: true });
    await plain.insertOne({ a: 1 });
    await expect(plain.insertOne({ a: 2 })).rejects.toMatchObject(duplicate);
    const sparse = database.collection();
    await addIndex(sparse, { email: 1 }, { unique: true, sparse: true });
    await sparse.insertMany([{ a: 1 }, { a: 2 }, { email: "x" }]);
    await expect(sparse.insertOne({ email: "x" })).rejects.toMatchObject(duplicate);
    expect(await sparse.countDocuments({ email: null })).toBe(2);
  });

  it("hold over several fields together", async () => {
    const things = database.collection();
    await addIndex(things, { a: 1, b: -1 }, { unique: true });
    await things.insertMany([
      { a: 1, b: 1 },
      { a: 1, b: 2 },
      { a: 2, b: 1 },
    ]);
    await expect(things.insertOne({ a: 1, b: 2 })).rejects.toMatchObject({ ...duplicate, keyValue: { a: 1, b: 2 } });
  });

  it("hold for the documents of a partial index only", async () => {
    const things = database.collection();
    await addIndex(things, { email: 1 }, { unique: true, partialFilterExpression: { active: true } });
    await things.insertMany([{ email: "x" }, { email: "x" }, { email: "x", active: true }]);
    await expect(things.insertOne({ email: "x", active: true })).rejects.toMatchObject(duplicate);
    await expect(things.updateMany({ email: "x" }, { $set: { active: true } })).rejects.toMatchObject(duplicate);
    expect(await things.countDocuments({ email: "x" })).toBe(3);
  });

  it("hold for each element of an array, but not within one document", async () => {
    const things = database.collection();
    await addIndex(things, { "codes.value": 1 }, { unique: true });
    await things.insertOne({ codes: [{ value: 1 }, { value: 2 }, { value: 2 }] });
    await expect(things.insertOne({ codes: [{ value: 3 }, { value: 2 }] })).rejects.toMatchObject(duplicate);
    await things.insertOne({ codes: [{ value: 3 }] });
  });

  it("cannot be made over duplicates, and stop enforcing when dropped", async () => {
    const things = database.collection();
    await things.insertMany([{ sku: "A" }, { sku: "A" }]);
    await expect(addIndex(things, { sku: 1 }, { unique: true })).rejects.toMatchObject(duplicate);
    await things.deleteOne({ sku: "A" });
    await addIndex(things, { sku: 1 }, { unique: true });
    await expect(things.insertOne({ sku: "A" })).rejects.toMatchObject(duplicate);
    await things.dropIndex("sku_1");
    await things.insertOne({ sku: "A" });
    expect((await things.indexes()).map(({ name }) => name)).toEqual(["_id_"]);
  });

  it("include the one on _id", async () => {
    const things = database.collection();
    await things.insertOne({ _id: "x" });
    await expect(things.insertOne({ _id: "x" })).rejects.toMatchObject({
      ...duplicate,
      keyValue: { _id: "x" },
    });
  });
});

describe("index definitions", () => {
  it("are listed, made again without harm, and refused when they differ", async () => {
    const things = database.collection();
    await addIndex(things, { price: 1, stock: -1 });
    await addIndex(things, { at: 1 }, { expireAfterSeconds: 60, name: "expiry" });
    await addIndex(things, { price: 1, stock: -1 });
    expect(await things.indexes()).toMatchObject([
      { name: "_id_", key: { _id: 1 } },
      { name: "price_1_stock_-1", key: { price: 1, stock: -1 } },
      { name: "expiry", expireAfterSeconds: 60 },
    ]);
    await expect(addIndex(things, { other: 1 }, { name: "expiry" })).rejects.toMatchObject({ code: 86 });
  });

  it("refuse two arrays in one compound index", async () => {
    const things = database.collection();
    await addIndex(things, { a: 1, b: 1 });
    await expect(things.insertOne({ a: [1, 2], b: [1, 2] })).rejects.toMatchObject({ code: 171 });
  });
});

describe("plans", () => {
  const statuses = ["ACTIVE", "DRAFT"];
  let products: Things;
  const documentCount = 3000;

  beforeAll(async () => {
    products = database.collection();
    await products.insertMany(
      Array.from({ length: documentCount }, (_, n) => ({
        n,
        slug: `product-${String(n).padStart(5, "0")}`,
        status: statuses[n % 10 === 0 ? 1 : 0],
        price: (n * 7919) % 1000,
        tokens: [`all`, `ten${n % 10}`, `hundred${n % 100}`],
        attributes: [
          { name: "color", value: `v${n % 10}` },
          { name: "size", value: `v${(n + 5) % 10}` },
        ],
        ...(n % 3 === 0 && { category: `c${n % 30}` }),
      })),
    );
    await addIndex(products, { slug: 1 }, { unique: true });
    await addIndex(products, { status: 1, price: 1, n: 1 });
    await addIndex(products, { tokens: 1 });
    await addIndex(products, { category: 1 }, { sparse: true });
    await addIndex(products, { "attributes.name": 1, "attributes.value": 1 });
  });

  interface Explained {
    queryPlanner: { winningPlan: Record<string, unknown> };
    executionStats: { nReturned: number; totalDocsExamined: number };
  }
  const explain = async (cursor: mongo.FindCursor) => (await cursor.explain("executionStats")) as unknown as Explained;

  it.each<[string, object, Record<string, 1 | -1>, number, string, number]>([
    ["equality", { slug: "product-00042" }, {}, 0, "slug_1", 1],
    ["membership", { slug: { $in: ["product-00001", "product-00002", "none"] } }, {}, 0, "slug_1", 2],
    ["a range", { slug: { $gte: "product-00010", $lt: "product-00015" } }, {}, 0, "slug_1", 5],
    ["a prefix", { slug: /^product-0012/ }, {}, 0, "slug_1", 10],
    ["a compound range", { status: "DRAFT", price: { $lt: 10 } }, {}, 0, "status_1_price_1_n_1", 10],
    ["an order", { status: "ACTIVE" }, { price: 1, n: 1 }, 20, "status_1_price_1_n_1", 25],
    ["the opposite order", { status: "ACTIVE" }, { price: -1, n: -1 }, 20, "status_1_price_1_n_1", 25],
    ["one order of several values", { status: { $in: statuses } }, { price: 1, n: 1 }, 20, "status_1_price_1_n_1", 25],
    ["its opposite", { status: { $in: statuses } }, { price: -1, n: -1 }, 20, "status_1_price_1_n_1", 25],
    ["keys in their own order", { slug: { $in: ["product-00009", "product-00002"] } }, { slug: -1 }, 1, "slug_1", 2],
    ["all of several tokens", { tokens: { $all: ["all", "ten7", "hundred37"] } }, {}, 0, "tokens_1", 40],
    [
      "an element by two of its fields",
      { attributes: { $elemMatch: { name: "color", value: "v7" } } },
      {},
      0,
      "attributes.name_1_attributes.value_1",
      300,
    ],
    ["a sparse field", { category: "c3" }, {}, 0, "category_1", 110],
    [
      "the page after a key",
      { status: "ACTIVE", $or: [{ price: { $gt: 900 } }, { price: 900, n: { $gt: 5 } }] },
      { price: 1, n: 1 },
      20,
      "status_1_price_1_n_1",
      60,
    ],
  ])("serve %s from an index", async (_, filter, sort, limit, indexName, mostExamined) => {
    const cursor = () => products.find(filter).sort(sort).limit(limit);
    const { queryPlanner, executionStats } = await explain(cursor());
    expect(JSON.stringify(queryPlanner.winningPlan)).toContain(`"indexName":"${indexName}"`);
    expect(JSON.stringify(queryPlanner.winningPlan)).not.toContain("COLLSCAN");
    expect(executionStats.totalDocsExamined).toBeLessThanOrEqual(mostExamined);
    expect(await cursor().toArray()).toHaveLength(executionStats.nReturned);
  });

  it("scan what no index serves", async () => {
    const { queryPlanner, executionStats } = await explain(products.find({ n: { $mod: [1000, 1] } }));
    expect(JSON.stringify(queryPlanner.winningPlan)).toContain("COLLSCAN");
    expect(executionStats).toMatchObject({ nReturned: 3, totalDocsExamined: documentCount });
  });

  it("give the same documents in the same order with an index as without", async () => {
    const queries: [object, Record<string, 1 | -1>][] = [
      [
        { status: "ACTIVE", price: { $gte: 100, $lte: 130 } },
        { price: 1, n: 1 },
      ],
      [{ status: { $in: ["DRAFT", "ACTIVE"] }, price: 500 }, { n: -1 }],
      [{ tokens: "hundred42" }, { price: -1, n: 1 }],
      [{ tokens: { $gt: "ten8" } }, { n: 1 }],
      [{ tokens: { $in: ["ten1", "hundred1"] } }, { n: 1 }],
      [{ category: null, price: 42 }, { n: 1 }],
      [{ attributes: { $elemMatch: { name: "size", value: { $gte: "v8" } } }, price: { $lt: 50 } }, { n: 1 }],
      [{ "attributes.name": "size", "attributes.value": "v3", price: { $lt: 50 } }, { n: 1 }],
      [{ category: { $exists: false }, price: { $lt: 5 } }, { n: 1 }],
      [{ $or: [{ slug: "product-00001" }, { price: 7 }] }, { n: 1 }],
      [
        { status: { $in: statuses }, price: { $gte: 990 } },
        { price: -1, n: -1 },
      ],
      [
        { status: { $in: statuses }, price: { $in: [5, 900] } },
        { price: 1, n: 1 },
      ],
      [
        { status: "ACTIVE", price: { $not: { $gt: 3 } } },
        { price: -1, n: -1 },
      ],
    ];
    for (const [filter, sort] of queries) {
      const planned = await products.find(filter).sort(sort).toArray();
      const scanned = await products.find(filter).sort(sort).hint({ $natural: 1 }).toArray();
      expect(planned.length).toBeGreaterThan(0);
      expect(planned).toEqual(scanned);
    }
  });

  it("merge the stretches of an array's values, each document once", async () => {
    const things = database.collection();
    await addIndex(things, { tokens: 1, status: 1, price: 1, n: 1 });
    const count = 700;
    await things.insertMany(
      Array.from({ length: count }, (_, n) => ({
        n,
        status: statuses[n % 3 === 0 ? 1 : 0],
        price: (n * 7919) % 50,
        tokens: [`five${n % 5}`, `seven${n % 7}`, "all"],
      })),
    );
    for (const direction of [1, -1] as const) {
      for (const limit of [0, 7, 300]) {
        const find = () =>
          things
            .find({ tokens: { $in: ["five1", "seven3", "none"] }, status: { $in: statuses }, price: { $gt: 4 } })
            .sort({ price: direction, n: direction })
            .limit(limit);
        expect(JSON.stringify(await explain(find()))).not.toContain('"stage":"SORT"');
        expect(await find().toArray()).toEqual(await find().hint({ $natural: 1 }).toArray());
      }
    }
  });

  it("follow what is written between reads, in bulk and one by one", async () => {
    const things = database.collection();
    await addIndex(things, { group: 1, n: 1 });
    const numbers: number[] = [];
    for (const [round, size] of [3, 400, 1, 20, 900, 2].entries()) {
      const added = Array.from({ length: size }, (_, n) => ((n + round * 1000) * 7919) % 10_007);
      await things.insertMany(added.map((n) => ({ group: "a", n })));
      await things.deleteOne({ group: "a", n: added[0] });
      numbers.push(...added.slice(1));
      const found = await things.find({ group: "a" }).sort({ n: 1 }).toArray();
      expect(found.map(({ n }) => n as number)).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });

  it("follow what changes", async () => {
    const things = database.collection();
    await addIndex(things, { tokens: 1 });
    await things.insertMany([
      { k: 1, tokens: ["a", "b"] },
      { k: 2, tokens: ["b"] },
    ]);
    await things.updateOne({ k: 1 }, { $pull: { tokens: "b" } as never });
    await things.updateOne({ k: 2 }, { $push: { tokens: "c" } as never });
    await things.deleteOne({ tokens: "a" });
    expect(await things.distinct("k", { tokens: "b" })).toEqual([2]);
    expect(await things.distinct("k", { tokens: { $in: ["a", "c"] } })).toEqual([2]);
  });
});
