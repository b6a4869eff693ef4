import { setTimeout as wait } from "node:timers/promises";
import { appendFileSync, readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { type Connection, mongo } from "mongoose";
import { given } from "./config";
import { addIndex, connectTo, startMongoProcess, type Thing, urlOf } from "./mongo-process";
import { createDataFolder, type StandInProcess } from "./stand-in";

// A server that was given is not ours to kill, nor to damage the files of.
const standInOnly = given.mongo === undefined ? describe : describe.skip;

const atTheEnd: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of atTheEnd.splice(0).reverse()) await end();
});

function dataFolder(): string {
  const { path, remove } = createDataFolder();
  atTheEnd.push(remove);
  return path;
}

async function start(dataDir: string): Promise<{ server: StandInProcess; connection: Connection }> {
  const server = await startMongoProcess(dataDir);
  atTheEnd.push(() => server.stop());
  const connection = await connectTo(urlOf(server), "shop");
  atTheEnd.push(() => connection.close(true));
  return { server, connection };
}

const journals = (dataDir: string) => readdirSync(dataDir).map((file) => join(dataDir, file));

standInOnly("after a restart (of the stand-in only: a real server is not ours to stop)", () => {
  it("documents are back in their types and order, indexes enforce, what was dropped is gone", async () => {
    const dataDir = dataFolder();
    const { server, connection } = await start(dataDir);
    const things = connection.collection<Thing>("things");
    await addIndex(things, { sku: 1 }, { unique: true });
    await addIndex(things, { other: 1 }, { unique: true, sparse: true });
    await things.insertMany(
      Array.from({ length: 100 }, (_, n) => ({ n, sku: `s${n}`, long: mongo.Long.fromNumber(n) })),
    );
    await things.updateOne({ n: 5 }, { $set: { changed: new mongo.Double(1) } });
    await things.deleteOne({ n: 6 });
    await things.dropIndex("other_1");
    await connection.collection("dropped").insertOne({ a: 1 });
    await connection.dropCollection("dropped");
    const before = await things.find({}, { promoteValues: false }).toArray();
    const indexesBefore = await things.indexes();
    expect(await server.stop()).toBe(0);

    const { connection: again } = await start(dataDir);
    const back = again.collection<Thing>("things");
    expect(await back.find({}, { promoteValues: false }).toArray()).toEqual(before);
    expect(await back.indexes()).toEqual(indexesBefore);
    await expect(back.insertOne({ sku: "s7" })).rejects.toMatchObject({ code: 11000 });
    await back.insertOne({ sku: "s6" });
    expect((await again.listCollections()).map(({ name }) => name)).toEqual(["things"]);
  });

  it("a dropped database is gone with its files", async () => {
    const dataDir = dataFolder();
    const { server, connection } = await start(dataDir);
    await connection.collection("a").insertOne({ n: 1 });
    await connection.collection("b").insertOne({ n: 1 });
    await connection.dropDatabase();
    expect(journals(dataDir)).toEqual([]);
    await server.stop();
    const { connection: again } = await start(dataDir);
    expect(await again.listCollections()).toEqual([]);
  });

  it("a journal that many updates made has shrunk, and nothing is lost", async () => {
    const dataDir = dataFolder();
    const { server, connection } = await start(dataDir);
    const things = connection.collection<Thing>("things");
    await addIndex(things, { n: 1 }, { unique: true });
    await things.insertMany(Array.from({ length: 10 }, (_, n) => ({ n, text: "x".repeat(100_000) })));
    for (let round = 1; round <= 30; round++) await things.updateMany({}, { $set: { round } });
    // 30 rounds wrote 30 MB. It shrinks while others are served, into a file that takes the place of the old one.
    const sizeBytes = () =>
      journals(dataDir).reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
    // Where that took so long that most of what came meanwhile is overtaken too, the next change begins it anew.
    const change = () => things.updateOne({ n: 10 }, { $inc: { changes: 1 } }, { upsert: true });
    while (sizeBytes() > 12_000_000) await Promise.all([change(), wait(20)]);
    await server.kill();
    const { connection: again } = await start(dataDir);
    expect(await again.collection("things").countDocuments({ round: 30 })).toBe(10);
    expect(await again.collection("things").indexes()).toHaveLength(2);
  });
});

standInOnly("after kill -9 (of the stand-in only: a real server is not ours to kill)", () => {
  it("nothing that was acknowledged is lost, in the middle of many writes, again and again", async () => {
    const dataDir = dataFolder();
    const acknowledged = new Set<string>();
    let increments = 0;
    let attempts = 0;
    for (let round = 0; round < 3; round++) {
      const { server, connection } = await start(dataDir);
      const things = connection.collection<Thing>("things");
      if (round === 0) await connection.collection<Thing>("counters").insertOne({ key: "c", n: 0 });
      const counters = connection.collection<Thing>("counters");
      const acknowledgedBefore = acknowledged.size;
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let n = 0; ; n++) {
          const name = `${round}-${writer}-${n}`;
          await things.insertOne({ name, text: "x".repeat(500) });
          acknowledged.add(name);
          attempts++;
          await counters.updateOne({ key: "c", n: { $gte: 0 } }, { $inc: { n: 1 }, $push: { by: name } as never });
          increments++;
          if (acknowledged.size - acknowledgedBefore >= 300) await server.kill();
        }
      });
      const ends = await Promise.allSettled(writers);
      expect(ends.every(({ status }) => status === "rejected")).toBe(true);
      await server.kill();
    }
    const { connection } = await start(dataDir);
    const names = new Set(await connection.collection("things").distinct("name"));
    expect([...acknowledged].filter((name) => !names.has(name))).toEqual([]);
    const counter = await connection.collection<Thing>("counters").findOne({ key: "c" });
    // A write in flight when the process died may count or not; each counts once, in both fields alike.
    expect(counter?.["n"]).toBe((counter?.["by"] as unknown[]).length);
    expect(counter?.["n"]).toBeGreaterThanOrEqual(increments);
    expect(counter?.["n"]).toBeLessThanOrEqual(attempts);
  }, 60_000);

  it("no acknowledged update is lost, also of those that came while the journal was made shorter", async () => {
    const dataDir = dataFolder();
    const acknowledged = Array.from({ length: 10 }, () => 0);
    for (let round = 0; round < 2; round++) {
      const { server, connection } = await start(dataDir);
      const things = connection.collection<Thing>("things");
      let updates = 0;
      const writers = acknowledged.map(async (_, _id) => {
        for (;;) {
          const text = String(updates).padEnd(100_000);
          await things.updateOne({ _id }, { $inc: { n: 1 }, $set: { text } }, { upsert: true });
          acknowledged[_id] = (acknowledged[_id] ?? 0) + 1;
          // Every 90 or so updates it is worthwhile: the kills come at different moments around that.
          if (++updates === 180 + round * 5) await server.kill();
        }
      });
      await Promise.allSettled(writers);
      await server.kill();
    }
    const { connection } = await start(dataDir);
    const found = await connection.collection<Thing>("things").find().sort({ _id: 1 }).toArray();
    found.forEach(({ n }, _id) => expect(n).toBeGreaterThanOrEqual(acknowledged[_id] ?? 0));
    expect(found).toHaveLength(10);
  }, 60_000);

  it.each<[string, (file: string) => void, number]>([
    ["half a record", (file) => truncateSync(file, statSync(file).size - 7), 9],
    ["bytes that are no record", (file) => appendFileSync(file, Buffer.alloc(100, 0x5a)), 10],
    ["zeroes, as a power cut leaves them", (file) => appendFileSync(file, Buffer.alloc(4096)), 10],
  ])("%s at the end of a file does not keep it from loading, nor from being written on", async (_, damage, kept) => {
    const dataDir = dataFolder();
    const { server, connection } = await start(dataDir);
    for (let n = 0; n < 10; n++) await connection.collection<Thing>("things").insertOne({ n });
    await server.kill();
    journals(dataDir).forEach(damage);

    const { server: second, connection: again } = await start(dataDir);
    await second.logged("cut off");
    const things = again.collection<Thing>("things");
    expect(await things.find().sort({ n: 1 }).toArray()).toHaveLength(kept);
    await things.insertOne({ n: 100 }, { writeConcern: { w: 1, j: true } });
    await second.kill();
    const { connection: third } = await start(dataDir);
    expect(await third.collection("things").countDocuments()).toBe(kept + 1);
  });

  it("an empty file, made just before the crash, is no collection", async () => {
    const dataDir = dataFolder();
    appendFileSync(join(dataDir, "collection-7.journal"), "");
    const { connection } = await start(dataDir);
    expect(await connection.listCollections()).toEqual([]);
    await connection.collection("things").insertOne({ n: 1 });
    expect(await connection.collection("things").countDocuments()).toBe(1);
  });
});
