import { createConnection as createSocket } from "node:net";
import { once } from "node:events";
import { type Connection, Schema, Types, mongo } from "mongoose";
import { given } from "./config";
import { addIndex, openTestDatabase } from "./mongo-process";

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
