import { openTestDatabase } from "./mongo-process";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let products: ReturnType<typeof database.collection>;
beforeAll(async () => {
  database = await openTestDatabase();
  products = database.collection();
  await products.insertMany([
    ...Array.from({ length: 20 }, (_, n) => ({
      sku: `C${n}`,
      price: n * 10,
      tags: n % 2 ? ["odd"] : ["even", "x"],
      attributes: [
        { name: "color", value: n % 3 ? "red" : "blue" },
        { name: "size", value: n % 5 ? "M" : "L" },
      ],
      category: `c${n % 2}`,
      at: new Date(Date.UTC(2026, 0, 1 + n)),
      nested: { a: n, b: -n },
    })),
    { sku: "bare", tags: [] },
  ]);
});
afterAll(() => database.end());

const run = (pipeline: Record<string, unknown>[]) => products.aggregate(pipeline).toArray();
const priced = { $match: { price: { $exists: true } } };

describe("facets", () => {
  it("count attributes, tags and a price range beside a page, in one pipeline", async () => {
    const [facets] = await run([
      { $match: { sku: /^C/ } },
      {
        $facet: {
          total: [{ $count: "n" }],
          page: [{ $sort: { price: -1 } }, { $skip: 5 }, { $limit: 2 }, { $project: { sku: 1, _id: 0 } }],
          price: [{ $group: { _id: null, least: { $min: "$price" }, most: { $max: "$price" } } }],
          tags: [{ $unwind: "$tags" }, { $sortByCount: "$tags" }],
          attributes: [
            { $unwind: "$attributes" },
            { $group: { _id: { name: "$attributes.name", value: "$attributes.value" }, count: { $sum: 1 } } },
            { $sort: { count: -1, _id: 1 } },
            { $limit: 2 },
          ],
        },
      },
    ]);
    expect(facets).toMatchObject({
      total: [{ n: 20 }],
      page: [{ sku: "C14" }, { sku: "C13" }],
      price: [{ _id: null, least: 0, most: 190 }],
      attributes: [
        { _id: { name: "size", value: "M" }, count: 16 },
        { _id: { name: "color", value: "red" }, count: 13 },
      ],
    });
    const tags = facets?.["tags"] as { _id: string; count: number }[];
    expect(tags.map(({ count }) => count)).toEqual([10, 10, 10]);
  });

  it("put values into the bucket that they lie in", async () => {
    const buckets = await run([
      priced,
      { $bucket: { groupBy: "$price", boundaries: [0, 100, 150], default: "more", output: { n: { $sum: 1 } } } },
    ]);
    expect(buckets).toEqual([
      { _id: 0, n: 10 },
      { _id: 100, n: 5 },
      { _id: "more", n: 5 },
    ]);
  });
});

describe("stages", () => {
  it("$group with its accumulators", async () => {
    const groups = await run([
      priced,
      { $sort: { price: 1 } },
      {
        $group: {
          _id: "$category",
          count: { $sum: 1 },
          sum: { $sum: "$price" },
          average: { $avg: "$price" },
          first: { $first: "$sku" },
          last: { $last: "$sku" },
          tags: { $addToSet: "$category" },
          cheap: { $sum: { $cond: [{ $lt: ["$price", 50] }, 1, 0] } },
        },
      },
      { $sort: { _id: 1 } },
    ]);
    expect(groups).toEqual([
      { _id: "c0", count: 10, sum: 900, average: 90, first: "C0", last: "C18", tags: ["c0"], cheap: 3 },
      { _id: "c1", count: 10, sum: 1000, average: 100, first: "C1", last: "C19", tags: ["c1"], cheap: 2 },
    ]);
  });

  it("$unwind, with and without what has no elements", async () => {
    const bare = { $match: { sku: { $in: ["bare", "C0"] } } };
    const shape = { $project: { _id: 0, sku: 1, tags: 1, at: 1 } };
    expect(await run([bare, { $unwind: "$tags" }, { $project: { _id: 0, sku: 1, tags: 1 } }])).toEqual([
      { sku: "C0", tags: "even" },
      { sku: "C0", tags: "x" },
    ]);
    const kept = await run([
      bare,
      { $unset: "at" },
      { $unwind: { path: "$tags", preserveNullAndEmptyArrays: true, includeArrayIndex: "at" } },
      shape,
    ]);
    expect(kept.map(({ sku, tags }) => [sku, tags] as unknown[])).toEqual([
      ["C0", "even"],
      ["C0", "x"],
      ["bare", undefined],
    ]);
    expect(kept.map(({ at }) => (at === null ? null : Number(at)))).toEqual([0, 1, null]);
    expect(await products.countDocuments({ tags: [] })).toBe(1);
  });

  it("$lookup by a field and by a pipeline", async () => {
    const categories = database.collection();
    await categories.insertMany([
      { _id: "c0", name: "Even" },
      { _id: "c1", name: "Odd" },
    ]);
    const joined = await run([
      { $match: { sku: "C1" } },
      { $lookup: { from: categories.collectionName, localField: "category", foreignField: "_id", as: "found" } },
      { $unwind: "$found" },
      { $project: { _id: 0, name: "$found.name", double: { $multiply: ["$price", 2] } } },
    ]);
    expect(joined).toEqual([{ name: "Odd", double: 20 }]);
    const counted = await categories
      .aggregate([
        {
          $lookup: {
            from: products.collectionName,
            let: { id: "$_id" },
            pipeline: [{ $match: { $expr: { $eq: ["$category", "$$id"] } } }, { $count: "n" }],
            as: "products",
          },
        },
        { $sort: { _id: 1 } },
      ])
      .toArray();
    expect(counted.map((category) => category["products"] as unknown)).toEqual([[{ n: 10 }], [{ n: 10 }]]);
  });

  it("$addFields, $replaceRoot and expressions over arrays and dates", async () => {
    const [computed] = await run([
      { $match: { sku: "C4" } },
      {
        $addFields: {
          day: { $dateToString: { format: "%Y-%m-%d", date: "$at" } },
          level: { $switch: { branches: [{ case: { $gte: ["$price", 40] }, then: "high" }], default: "low" } },
          colors: { $map: { input: "$attributes", as: "a", in: "$$a.value" } },
          named: { $filter: { input: "$attributes", as: "a", cond: { $eq: ["$$a.name", "size"] } } },
          last: { $arrayElemAt: ["$tags", -1] },
        },
      },
      {
        $replaceRoot: {
          newRoot: {
            $mergeObjects: [
              "$nested",
              { day: "$day", level: "$level", colors: "$colors", named: "$named", last: "$last" },
            ],
          },
        },
      },
    ]);
    expect(computed).toEqual({
      a: 4,
      b: -4,
      day: "2026-01-05",
      level: "high",
      colors: ["red", "M"],
      named: [{ name: "size", value: "M" }],
      last: "x",
    });
  });

  it("$sort with $skip and $limit, as a find does", async () => {
    const page = await run([
      priced,
      { $sort: { category: -1, price: 1 } },
      { $skip: 1 },
      { $limit: 2 },
      { $project: { _id: 0, sku: 1 } },
    ]);
    expect(page).toEqual([{ sku: "C3" }, { sku: "C5" }]);
  });

  it("leave what is stored as it is", async () => {
    const before = await products.find().toArray();
    await run([
      { $set: { "nested.a": "changed", "attributes.value": 0 } },
      { $unset: ["nested.b", "attributes.name"] },
      { $project: { "attributes.value": 0 } },
      { $facet: { a: [{ $set: { "nested.c": 1 } }], b: [{ $unset: "nested.a" }] } },
    ]);
    await products.find({}, { projection: { "nested.a": 0, "attributes.value": 0 } }).toArray();
    expect(await products.find().toArray()).toEqual(before);
  });

  it("see variables, and give results in batches", async () => {
    const over = await products
      .aggregate([{ $match: { $expr: { $gt: ["$price", "$$limit"] } } }, { $count: "n" }], { let: { limit: 150 } })
      .toArray();
    expect(over).toEqual([{ n: 4 }]);
    const skus: unknown[] = [];
    for await (const { sku } of products.aggregate([priced, { $sort: { price: 1 } }], { batchSize: 3 })) skus.push(sku);
    expect(skus).toEqual(Array.from({ length: 20 }, (_, n) => `C${n}`));
  });
});

describe("what is refused", () => {
  it.each<[string, Record<string, unknown>[], number, RegExp]>([
    ["a stage", [{ $noSuch: {} }], 40324, /\$noSuch/],
    ["a stage in a facet", [{ $facet: { a: [{ $noSuch: {} }] } }], 40324, /\$noSuch/],
    ["an expression", [{ $match: { $expr: { $noSuch: 1 } } }], 168, /\$noSuch/],
    ["a filter's operator", [{ $project: { a: 1 } }, { $match: { a: { $noSuch: 1 } } }], 2, /\$noSuch/],
    ["a stage of two parts", [{ $limit: 1, $skip: 1 }], 40323, /exactly one field/],
  ])("%s that does not exist, by name", async (_, pipeline, code, message) => {
    const failure = (await run(pipeline).catch((error: unknown) => error)) as Error;
    expect(failure.message).toMatch(message);
    expect(failure).toMatchObject({ code });
  });
});
