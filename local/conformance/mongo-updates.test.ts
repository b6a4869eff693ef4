import { type Connection, mongo, Schema } from "mongoose";
import { addIndex, openTestDatabase } from "./mongo-process";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let connection: Connection;
beforeAll(async () => {
  database = await openTestDatabase();
  connection = database.connection;
});
afterAll(() => database.end());

/** A collection that holds one document. */
async function one(document: Record<string, unknown>) {
  const things = database.collection();
  await things.insertOne({ ...document });
  return things;
}

type Update = Parameters<ReturnType<typeof database.collection>["updateOne"]>[1];
const withoutId = { projection: { _id: 0 } };

describe("operators", () => {
  const start = {
    n: 1,
    list: ["a", "b"],
    nested: { deep: { x: 1 } },
    variants: [
      { color: "red", quantity: 1 },
      { color: "blue", quantity: 2 },
    ],
  };

  it.each<[string, Update, object]>([
    ["$set makes the documents on the way", { $set: { "a.b.c": 1 } }, { a: { b: { c: 1 } } }],
    ["$set reaches below", { $set: { "nested.deep.y": 2 } }, { nested: { deep: { x: 1, y: 2 } } }],
    ["$set by position, filling with null", { $set: { "list.3": "d" } }, { list: ["a", "b", null, "d"] }],
    ["$unset", { $unset: { nested: "" } }, { nested: undefined }],
    ["$inc, also what is missing", { $inc: { n: 2, m: -1 } }, { n: 3, m: -1 }],
    ["$mul, also what is missing", { $mul: { n: 2.5, m: 3 } }, { n: 2.5, m: 0 }],
    ["$min and $max", { $min: { n: 0 }, $max: { "nested.deep.x": 5 } }, { n: 0, nested: { deep: { x: 5 } } }],
    ["$rename", { $rename: { n: "moved.n" } }, { n: undefined, moved: { n: 1 } }],
    ["$push", { $push: { list: "c", fresh: 1 } }, { list: ["a", "b", "c"], fresh: [1] }],
    [
      "$push in order, at a position, cut to a length",
      { $push: { list: { $each: ["d", "c"], $position: 0, $sort: -1, $slice: 3 } } },
      { list: ["d", "c", "b"] },
    ],
    [
      "$push of documents sorted by a field",
      { $push: { variants: { $each: [{ color: "green", quantity: 0 }], $sort: { quantity: 1 }, $slice: 2 } } },
      { variants: [{ color: "green", quantity: 0 }, start.variants[0]] },
    ],
    ["$addToSet", { $addToSet: { list: { $each: ["b", "c", "c"] } } }, { list: ["a", "b", "c"] }],
    ["$pull by value", { $pull: { list: "a" } }, { list: ["b"] }],
    ["$pull by condition", { $pull: { variants: { quantity: { $lt: 2 } } } }, { variants: [start.variants[1]] }],
    ["$pull by operator", { $pull: { list: { $in: ["a", "b"] } } }, { list: [] }],
    ["$pullAll", { $pullAll: { list: ["a", "x"] } }, { list: ["b"] }],
    ["$pop", { $pop: { list: -1, variants: 1 } }, { list: ["b"], variants: [start.variants[0]] }],
    ["every element by $[]", { $inc: { "variants.$[].quantity": 1 } }, { "variants.1.quantity": 3 }],
  ] as [string, Update, object][])("%s", async (_, update, expected) => {
    const things = await one(start);
    expect(await things.updateOne({}, update)).toMatchObject({ matchedCount: 1, modifiedCount: 1 });
    const updated = await things.findOne({}, withoutId);
    for (const [path, value] of Object.entries(expected)) {
      if (value === undefined) expect(updated).not.toHaveProperty(path);
      else expect(updated).toHaveProperty(path, value);
    }
  });

  it("take the element that the filter matched, and those that an array filter names", async () => {
    const things = await one(start);
    await things.updateOne({ "variants.color": "blue" }, { $inc: { "variants.$.quantity": 10 } });
    await things.updateOne(
      { variants: { $elemMatch: { color: "red", quantity: 1 } } },
      { $set: { "variants.$.seen": true } },
    );
    await things.updateOne(
      {},
      { $set: { "variants.$[many].lots": true } },
      { arrayFilters: [{ "many.quantity": { $gte: 12 }, "many.color": "blue" }] },
    );
    expect(await things.findOne({}, { projection: { variants: 1, _id: 0 } })).toEqual({
      variants: [
        { color: "red", quantity: 1, seen: true },
        { color: "blue", quantity: 12, lots: true },
      ],
    });
  });

  it("keep whole numbers whole, and let them grow beyond 32 bits", async () => {
    const things = await one({ int: new mongo.Int32(2_147_483_647), double: new mongo.Double(1) });
    await things.updateOne({}, { $inc: { int: 1, double: 1 } });
    const { int, double } = (await things.findOne({}, { promoteValues: false })) as Record<string, unknown>;
    expect(int).toEqual(mongo.Long.fromNumber(2_147_483_648));
    expect(double).toEqual(new mongo.Double(2));
  });

  it("report a match that changed nothing as unmodified", async () => {
    const things = await one({ n: 1 });
    expect(await things.updateOne({ n: 1 }, { $set: { n: 1 } })).toMatchObject({ matchedCount: 1, modifiedCount: 0 });
    expect(await things.updateOne({ n: 2 }, { $set: { n: 3 } })).toMatchObject({ matchedCount: 0, modifiedCount: 0 });
  });

  it.each<[string, object, number]>([
    ["an unknown operator", { $noSuch: { n: 1 } }, 9],
    ["$inc of text", { $inc: { "list.0": 1 } }, 14],
    ["$push to what is no array", { $push: { n: 1 } }, 2],
    ["a field below a number", { $set: { "n.x": 1 } }, 28],
    ["two changes of one path", { $set: { nested: 1 }, $inc: { "nested.deep.x": 1 } }, 40],
    ["a change of _id", { $set: { _id: "other" } }, 66],
    ["an element that nothing matched", { $set: { "variants.$.quantity": 1 } }, 2],
  ])("refuse %s, and change nothing", async (_, update, code) => {
    const things = await one(start);
    await expect(things.updateOne({}, update)).rejects.toMatchObject({ code });
    expect(await things.findOne({}, withoutId)).toEqual(start);
  });
});

describe("upserts and replacements", () => {
  it("make a document of the filter's equalities, the update and $setOnInsert, once", async () => {
    const things = database.collection();
    const upsert = (n: number) =>
      things.updateOne(
        { sku: "U1", "owner.id": { $eq: 7 }, n: { $gt: 100 } },
        { $set: { n }, $setOnInsert: { made: true } },
        { upsert: true },
      );
    expect(await upsert(200)).toMatchObject({ matchedCount: 0, upsertedCount: 1 });
    expect(await upsert(300)).toMatchObject({ matchedCount: 1, upsertedCount: 0 });
    expect(await things.find({}, withoutId).toArray()).toEqual([{ sku: "U1", owner: { id: 7 }, n: 300, made: true }]);
  });

  it("make one document of fifty upserts at once", async () => {
    const things = database.collection();
    await addIndex(things, { key: 1 }, { unique: true });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, () => things.updateOne({ key: "k" }, { $inc: { n: 1 } }, { upsert: true })),
    );
    const done = outcomes.filter(({ status }) => status === "fulfilled").length;
    expect(await things.findOne({ key: "k" })).toMatchObject({ n: done });
    expect(await things.countDocuments()).toBe(1);
  });

  it("replace all but _id", async () => {
    const things = await one({ _id: "r", a: 1, b: 2 });
    await things.replaceOne({ a: 1 }, { c: 3 });
    expect(await things.findOne({})).toEqual({ _id: "r", c: 3 });
  });

  it("hand out the document before or after, or none", async () => {
    const things = await one({ n: 1, secret: "s" });
    const options = { projection: { n: 1, _id: 0 } };
    expect(await things.findOneAndUpdate({ n: 1 }, { $inc: { n: 1 } }, options)).toEqual({ n: 1 });
    const after = await things.findOneAndUpdate({ n: 2 }, { $inc: { n: 1 } }, { ...options, returnDocument: "after" });
    expect(after).toEqual({ n: 3 });
    expect(await things.findOneAndUpdate({ n: 9 }, { $inc: { n: 1 } })).toBeNull();
    expect(await things.findOneAndReplace({ n: 3 }, { n: 4 }, { ...options, returnDocument: "after" })).toEqual({
      n: 4,
    });
    expect(await things.findOneAndDelete({ n: 4 }, options)).toEqual({ n: 4 });
    expect(await things.countDocuments()).toBe(0);
  });

  it("take the first in the order of a sort", async () => {
    const things = database.collection();
    await things.insertMany([{ n: 2 }, { n: 1 }, { n: 3 }]);
    const first = await things.findOneAndUpdate({}, { $set: { seen: true } }, { sort: { n: 1 }, ...withoutId });
    expect(first).toEqual({ n: 1 });
  });

  it("work by pipeline, with the fields that they leave in their types", async () => {
    const things = await one({ price: 3, kept: new mongo.Double(5) });
    await things.updateOne({}, [{ $set: { total: { $multiply: ["$price", 2] } } }, { $unset: "price" }]);
    const updated = await things.findOne({}, { ...withoutId, promoteValues: false });
    expect(updated).toEqual({ kept: new mongo.Double(5), total: new mongo.Int32(6) });
  });

  it("change and delete many", async () => {
    const things = database.collection();
    await things.insertMany([{ k: "a" }, { k: "a" }, { k: "b" }]);
    expect(await things.updateMany({ k: "a" }, { $set: { n: 1 } })).toMatchObject({ modifiedCount: 2 });
    expect(await things.deleteMany({ n: 1 })).toMatchObject({ deletedCount: 2 });
    expect(await things.deleteOne({ k: "none" })).toMatchObject({ deletedCount: 0 });
  });
});

describe("bulk writes", () => {
  it("do each kind and count it", async () => {
    const things = database.collection();
    const result = await things.bulkWrite([
      { insertOne: { document: { sku: "W1", price: 1 } } },
      { updateOne: { filter: { sku: "W1" }, update: { $inc: { price: 1 } } } },
      { updateOne: { filter: { sku: "W2" }, update: { $set: { price: 3 } }, upsert: true } },
      { deleteOne: { filter: { sku: "W1" } } },
    ]);
    expect(result).toMatchObject({ insertedCount: 1, modifiedCount: 1, upsertedCount: 1, deletedCount: 1 });
  });

  it.each([
    [false, ["a", "b", "c"]],
    [true, ["a", "b"]],
  ])("with ordered %s, one failing, leave %j", async (ordered, expected) => {
    const things = database.collection();
    await addIndex(things, { key: 1 }, { unique: true });
    const failure: unknown = await things
      .bulkWrite(
        ["a", "b", "a", "c"].map((key) => ({ insertOne: { document: { key } } })),
        { ordered },
      )
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 11000, writeErrors: [{ index: 2, code: 11000 }] });
    expect((await things.distinct("key")).sort()).toEqual(expected);
  });
});

describe("under concurrent writers", () => {
  it("a guarded $inc never goes below its guard", async () => {
    const things = await one({ sku: "k", stock: 10 });
    const taken = await Promise.all(
      Array.from({ length: 50 }, () =>
        things.findOneAndUpdate({ sku: "k", stock: { $gte: 1 } }, { $inc: { stock: -1 } }, { returnDocument: "after" }),
      ),
    );
    expect(taken.filter(Boolean)).toHaveLength(10);
    expect(new Set(taken.filter(Boolean).map((document) => String(document?.["stock"]))).size).toBe(10);
    expect(await things.findOne({})).toMatchObject({ stock: 0 });
  });

  it("reservations inside the product's document are neither oversold nor taken twice", async () => {
    const reservation = new Schema({ orderId: String, quantity: Number }, { _id: false });
    const Product = connection.model(
      "ReservedProduct",
      new Schema({ available: Number, reservations: [reservation], outbox: [Schema.Types.Mixed] }),
    );
    const { _id } = await Product.create({ available: 30, reservations: [], outbox: [] });
    const reserve = (orderId: string, quantity: number) =>
      Product.updateOne(
        { _id, available: { $gte: quantity }, "reservations.orderId": { $ne: orderId } },
        {
          $inc: { available: -quantity },
          $push: { reservations: { orderId, quantity }, outbox: { reserved: orderId } },
        },
      );
    // Twenty orders for two each, every one asked for three times: fifteen fit.
    const orders = Array.from({ length: 60 }, (_, index) => `order-${index % 20}`);
    await Promise.all(orders.map((orderId) => reserve(orderId, 2)));
    const held = await Product.findById(_id).orFail();
    expect(held.available).toBe(0);
    expect(new Set(held.reservations.map(({ orderId }) => orderId)).size).toBe(15);
    expect(held.reservations).toHaveLength(15);

    const orderId = held.reservations[0]?.orderId;
    const release = () =>
      Product.updateOne(
        { _id, reservations: { $elemMatch: { orderId, quantity: 2 } } },
        { $inc: { available: 2 }, $pull: { reservations: { orderId } } },
      );
    await Promise.all([release(), release(), release()]);
    expect(await Product.findById(_id).orFail()).toMatchObject({ available: 2 });
  });

  it("every one of many updates of one document counts", async () => {
    const things = await one({ n: 0, list: [] });
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        things.updateOne({}, { $inc: { n: 1 }, $push: { list: index } as never }),
      ),
    );
    const { n, list } = (await things.findOne({})) as unknown as { n: number; list: number[] };
    expect(n).toBe(100);
    expect(list.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });
});
