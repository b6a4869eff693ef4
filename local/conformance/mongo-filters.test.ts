import { type Connection } from "mongoose";
import { addIndex, openTestDatabase, type Thing } from "./mongo-process";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let connection: Connection;
beforeAll(async () => {
  database = await openTestDatabase();
  connection = database.connection;
});
afterAll(() => database.end());

describe("filters", () => {
  const rows = Array.from({ length: 20 }, (_, i) => ({
    _id: i,
    sku: `C${i}`,
    price: i * 10,
    stock: i % 3,
    tags: i % 2 ? ["odd"] : ["even", "x"],
    variants: [{ color: i % 2 ? "red" : "green", quantity: i }],
    ...(i === 3 && { seen: null }),
    ...(i === 4 && { seen: new Date(0), tags: [] }),
  }));
  const things = () => connection.collection<(typeof rows)[number]>("filtered");
  beforeAll(() => things().insertMany(rows));

  const idsOf = async (filter: object) =>
    (
      await things()
        .find(filter, { projection: { _id: 1 } })
        .sort({ _id: 1 })
        .toArray()
    ).map(({ _id }) => _id);

  it.each<[string, object, number[]]>([
    ["a range", { price: { $gte: 50, $lt: 80 } }, [5, 6, 7]],
    ["an element of an array", { tags: "x", price: { $lt: 40 } }, [0, 2]],
    ["a whole array", { tags: ["even", "x"], price: { $lt: 40 } }, [0, 2]],
    ["an empty array", { tags: [] }, [4]],
    ["all of several elements", { tags: { $all: ["even", "x"] }, price: { $lt: 40 } }, [0, 2]],
    ["alternatives", { $or: [{ sku: "C1" }, { price: 20 }] }, [1, 2]],
    ["none of several", { $nor: [{ price: { $gte: 20 } }, { sku: "C0" }] }, [1]],
    ["an element that meets all", { variants: { $elemMatch: { color: "red", quantity: { $gt: 16 } } } }, [17, 19]],
    ["a field below an array", { "variants.quantity": 19 }, [19]],
    ["an array's position", { "tags.1": "x", price: { $lt: 30 } }, [0, 2]],
    ["a pattern", { sku: /^c1$/i }, [1]],
    ["a pattern with options apart", { sku: { $regex: "^C1", $options: "i" }, price: { $gt: 170 } }, [18, 19]],
    ["membership", { sku: { $in: ["C1", "C3", "no"] } }, [1, 3]],
    ["membership by pattern", { sku: { $in: [/^C1[89]/] } }, [18, 19]],
    ["no membership", { _id: { $nin: rows.map(({ _id }) => _id).filter((id) => id > 1) } }, [0, 1]],
    ["null as missing", { seen: null, _id: { $lt: 3 } }, [0, 1, 2]],
    ["existence", { seen: { $exists: true } }, [3, 4]],
    ["absence", { seen: { $exists: false }, _id: { $lt: 5 } }, [0, 1, 2]],
    ["a type", { seen: { $type: "date" } }, [4]],
    ["a length", { tags: { $size: 0 } }, [4]],
    ["a remainder", { price: { $mod: [90, 10] } }, [1, 10, 19]],
    ["an exclusion", { tags: { $ne: "odd" }, _id: { $lt: 4 } }, [0, 2]],
    ["a negation", { price: { $not: { $gt: 10 } } }, [0, 1]],
    ["an expression", { $expr: { $gt: ["$stock", "$price"] } }, []],
    ["a range of another type", { sku: { $gt: 5 } }, []],
  ])("find %s", async (_, filter, ids) => {
    expect(await idsOf(filter)).toEqual(ids);
  });

  it("are the same to count and distinct", async () => {
    expect(await things().countDocuments({ tags: "odd" })).toBe(10);
    expect(await things().countDocuments({ tags: "odd" }, { skip: 2, limit: 3 })).toBe(3);
    expect(await things().estimatedDocumentCount()).toBe(20);
    expect((await things().distinct("tags")).sort()).toEqual(["even", "odd", "x"]);
    expect(await things().distinct("variants.color", { price: 10 })).toEqual(["red"]);
  });

  it("page by sort, skip and limit, and show what a projection picks", async () => {
    const page = await things()
      .find({}, { projection: { sku: 1, "variants.color": 1, _id: 0 } })
      .sort({ stock: -1, price: -1 })
      .skip(1)
      .limit(2)
      .toArray();
    expect(page).toEqual([
      { sku: "C14", variants: [{ color: "green" }] },
      { sku: "C11", variants: [{ color: "red" }] },
    ]);
    const sliced = await things().findOne({ _id: 2 }, { projection: { tags: { $slice: -1 } } });
    expect(sliced?.tags).toEqual(["x"]);
  });

  it("page by a compound key, neither losing nor repeating a row while others come and go", async () => {
    const paged = database.collection();
    await paged.insertMany(Array.from({ length: 60 }, (_, i) => ({ _id: i, price: i % 4 })));
    await addIndex(paged, { price: 1, _id: 1 });
    const seen: number[] = [];
    let arrivals = 0;
    let after: Thing | undefined;
    do {
      const { price, _id } = (after ?? {}) as { price?: unknown; _id?: unknown };
      const filter: object = after ? { $or: [{ price: { $gt: price } }, { price, _id: { $gt: _id } }] } : {};
      const page = await paged.find(filter).sort({ price: 1, _id: 1 }).limit(7).toArray();
      seen.push(...page.map(({ _id }) => Number(_id)));
      after = page.at(-1);
      await paged.insertOne({ _id: --arrivals, price: 0 });
    } while (after !== undefined);
    const expected = Array.from({ length: 60 }, (_, i) => i).sort((a, b) => (a % 4) - (b % 4) || a - b);
    expect(seen.filter((id) => id >= 0)).toEqual(expected);
  });

  it("give large results in batches, through getMore", async () => {
    const big = database.collection();
    await big.insertMany(Array.from({ length: 1500 }, (_, i) => ({ n: i, text: "x".repeat(50) })));
    const numbers: unknown[] = [];
    for await (const { n } of big.find().sort({ n: 1 }).batchSize(100)) numbers.push(n);
    expect(numbers).toEqual(Array.from({ length: 1500 }, (_, i) => i));
    const cursor = big.find().batchSize(10);
    await cursor.next();
    await cursor.close();
  });

  it("give results larger than one message", async () => {
    const large = database.collection();
    await large.insertMany(Array.from({ length: 10 }, (_, i) => ({ n: i, text: "x".repeat(5_000_000) })));
    expect(await large.find().toArray()).toHaveLength(10);
  });
});
