import { createConnection as createSocket } from "node:net";
import { once } from "node:events";
import { type Connection, Schema, Types, mongo } from "mongoose";
import { given } from "./config";
import { addIndex, openTestDatabase, type Thing } from "./mongo-process";

const { Binary, Decimal128, Double, Int32, Long, UUID } = mongo.BSON;

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let connection: Connection;
beforeAll(async () => {
  database = await openTestDatabase();
  connection = database.connection;
});
afterAll(() => database.end());

/** What a command fails with: code, name and message. */
async function failureOf(action: Promise<unknown>) {
  const failure: unknown = await action.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
  return failure as Error & { code?: number; codeName?: string };
}

describe("values", () => {
  it("come back in the very type they were stored in", async () => {
    const things = database.collection();
    const stored = {
      _id: new Types.ObjectId(),
      int: new Int32(5),
      double: new Double(5),
      negativeZero: new Double(-0),
      long: Long.fromString("9007199254740993"),
      smallLong: Long.fromNumber(7),
      decimal: Decimal128.fromString("12.340"),
      date: new Date("2026-11-22T10:00:00.123Z"),
      binary: new Binary(Buffer.from([0, 1, 254, 255]), 0),
      uuid: new UUID("01234567-89ab-4def-8123-456789abcdef"),
      nothing: null,
      text: "naïve 東京 ☕️",
      nested: { list: [1, [2, { three: 3 }], null], empty: {}, none: [] },
      pattern: new mongo.BSON.BSONRegExp("^a.b", "ix"),
    };
    await things.insertOne(stored);
    const found = await things.findOne({ _id: stored._id }, { promoteValues: false, bsonRegExp: true });
    expect(mongo.BSON.serialize(found ?? {})).toEqual(mongo.BSON.serialize(stored));
  });

  it("keep their types through an update and a projection of other fields", async () => {
    const things = database.collection();
    await things.insertOne({ n: 1, price: new Double(5), big: Long.fromNumber(7), hidden: 1 });
    await things.updateOne({ n: 1 }, { $set: { n: 2 } });
    const shown = await things.findOne({}, { projection: { hidden: 0, _id: 0 }, promoteValues: false });
    expect(shown).toEqual({ n: new Int32(2), price: new Double(5), big: Long.fromNumber(7) });
  });

  it("compare as numbers whatever type of number they are", async () => {
    const things = database.collection();
    const big = Long.fromString("9007199254740993");
    await things.insertMany([
      { v: new Int32(5) },
      { v: new Double(5) },
      { v: Long.fromNumber(5) },
      { v: big },
      { v: "5" },
    ]);
    expect(await things.countDocuments({ v: 5 })).toBe(3);
    expect(await things.countDocuments({ v: { $gt: 4.5 } })).toBe(4);
    expect(await things.countDocuments({ v: { $gt: new Double(9007199254740992) } })).toBe(1);
    expect(await things.countDocuments({ v: big })).toBe(1);
  });

  it("sort across types in MongoDB's order", async () => {
    const things = database.collection();
    const date = new Date(0);
    const id = new Types.ObjectId();
    await things.insertMany([
      { v: date },
      { v: true },
      { v: id },
      { v: { a: 1 } },
      { v: "b" },
      { v: 3 },
      {},
      { v: "a" },
    ]);
    const sorted = await things
      .find({}, { projection: { _id: 0 } })
      .sort({ v: 1 })
      .toArray();
    expect(sorted.map(({ v }) => v as unknown)).toEqual([undefined, 3, "a", "b", { a: 1 }, id, true, date]);
  });

  it("are told by mongoose's models", async () => {
    const schema = new Schema(
      {
        sku: String,
        tags: [String],
        variants: [{ color: String, quantity: Number }],
        attributes: { type: Map, of: String },
        cost: Schema.Types.Decimal128,
        bytes: Buffer,
        owner: Schema.Types.UUID,
      },
      { timestamps: true, optimisticConcurrency: true },
    );
    const Thing = connection.model("Thing", schema);
    const made = await Thing.create({
      sku: "A1",
      tags: ["a", "b"],
      variants: [{ color: "red", quantity: 1 }],
      attributes: { size: "M" },
      cost: "12.34",
      bytes: Buffer.from("hi"),
      owner: "01234567-89ab-4def-8123-456789abcdef",
    });
    const found = await Thing.findById(made._id).orFail();
    expect(found.cost?.toString()).toBe("12.34");
    expect(found.bytes?.toString()).toBe("hi");
    expect(found.attributes?.get("size")).toBe("M");
    expect(found.createdAt).toBeInstanceOf(Date);
    const other = await Thing.findById(made._id).orFail();
    found.sku = "A2";
    await found.save();
    other.sku = "A3";
    await expect(other.save()).rejects.toMatchObject({ name: "VersionError" });
  });
});

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

describe("what is refused", () => {
  it("a command that does not exist", async () => {
    expect(await failureOf(connection.db?.command({ noSuchCommand: 1 }) as Promise<unknown>)).toMatchObject({
      code: 59,
      codeName: "CommandNotFound",
      message: expect.stringContaining("noSuchCommand") as string,
    });
  });

  it.each<[string, object, RegExp]>([
    ["a filter's operator", { price: { $noSuch: 1 } }, /\$noSuch/],
    ["a filter's operator at the top", { $noSuch: [] }, /\$noSuch/],
    ["a regular expression", { sku: { $regex: "(" } }, /[Rr]egular expression/],
    ["an argument of $in", { sku: { $in: "C1" } }, /\$in/],
  ])("%s that is wrong", async (_, filter, message) => {
    expect((await failureOf(database.collection().findOne(filter))).message).toMatch(message);
  });

  it("a regular expression that cannot be compiled, and the connection goes on", async () => {
    const things = database.collection();
    const pattern = new mongo.BSON.BSONRegExp("(unclosed", "");
    expect((await failureOf(things.findOne({ sku: pattern }))).message).toMatch(/[Rr]egular expression/);
    expect(await things.findOne({})).toBeNull();
  });

  it("a field of a command that does not exist", async () => {
    const failure = await failureOf(connection.db?.command({ find: "x", noSuchField: 1 }) as Promise<unknown>);
    expect(failure).toMatchObject({ code: 40415, message: expect.stringContaining("noSuchField") as string });
  });

  it("a document that would grow over 16 MB, which stays as it was", async () => {
    const things = database.collection();
    await things.insertOne({ text: "x".repeat(9_000_000) });
    const failure = await failureOf(things.updateOne({}, { $set: { more: "x".repeat(9_000_000) } }));
    expect(failure.message).toMatch(/size|large/i);
    expect(await things.countDocuments({ more: { $exists: true } })).toBe(0);
  });
});

// What a real server can do, or answers in its own way.
const standInOnly = given.mongo === undefined ? describe : describe.skip;

standInOnly("the stand-in alone", () => {
  it("refuses a transaction as a standalone server does", async () => {
    const transaction = connection.transaction(async (session) => {
      await database.collection().insertOne({ a: 1 }, { session });
    });
    expect(await failureOf(transaction)).toMatchObject({
      // The driver's own words for the server's code 20.
      message: expect.stringMatching(/does not support retryable writes/) as string,
      originalError: { code: 20 },
    });
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      "change streams",
      () =>
        connection
          .collection("x")
          .aggregate([{ $changeStream: {} }])
          .toArray(),
      "$changeStream",
    ],
    [
      "text search",
      () =>
        connection
          .collection("x")
          .find({ $text: { $search: "a" } })
          .toArray(),
      "$text",
    ],
    ["text indexes", () => addIndex(connection.collection("x"), { name: "text" }), "text"],
    [
      "collations",
      () =>
        connection
          .collection("x")
          .find({}, { collation: { locale: "en" } })
          .toArray(),
      "collation",
    ],
    ["scripts", () => connection.collection("x").find({ $where: "true" }).toArray(), "$where"],
    ["validators", () => connection.createCollection("v", { validator: {} }), "validator"],
    [
      "$out",
      () =>
        connection
          .collection("x")
          .aggregate([{ $out: "y" }])
          .toArray(),
      "$out",
    ],
  ])("refuses %s by name, and logs it", async (_, action, name) => {
    expect((await failureOf(action())).message).toContain(name);
    await database.standIn?.logged("unsupported", name);
  });

  it("survives bytes that are not its protocol", async () => {
    const header = Buffer.alloc(16);
    const attacks = [Buffer.from("GET / HTTP/1.1\r\n\r\n"), Buffer.alloc(64, 0xff), header, Buffer.alloc(64)];
    const bomb = Buffer.alloc(26);
    [26, 1, 0, 2013, 0].forEach((value, index) => bomb.writeInt32LE(value, index * 4));
    bomb.writeInt32LE(0x7fffffff, 21);
    for (const bytes of [...attacks, bomb]) {
      const socket = createSocket(database.standIn?.port ?? 0, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.end(bytes);
      await once(socket, "close");
    }
    expect(await connection.db?.admin().ping()).toMatchObject({ ok: 1 });
  });
});
