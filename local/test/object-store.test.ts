import { appendFileSync, mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createLogger } from "@shop/telemetry";
import { Client } from "minio";
import { startObjectStore } from "../src/object-store/server";
import { type StandIn } from "../src/stand-in";

const host = "127.0.0.1";
const bucket = "images";
const credentials = { accessKey: "key", secretKey: "a-secret-key" };
const log = createLogger("object-store-test");
log.level = "silent";

let dataDir: string;
let store: StandIn;
let client: Client;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "object-store-"));
  await start();
  await client.makeBucket(bucket, "us-east-1");
});
afterEach(async () => {
  await store.stop();
  rmSync(dataDir, { recursive: true });
});

async function start(): Promise<void> {
  store = await startObjectStore({ host, port: 0, dataDir, log, ...credentials });
  client = new Client({ endPoint: host, port: store.port, useSSL: false, region: "us-east-1", ...credentials });
}

const put = (key: string, content: string) => client.putObject(bucket, key, content);
const read = async (key: string) => text(await client.getObject(bucket, key));
const objectFiles = () => {
  const dir = join(dataDir, "buckets", bucket, "objects");
  return readdirSync(dir).map((name) => join(dir, name));
};

it.each([
  ["cut short", (file: string) => truncateSync(file, 20)],
  ["emptied", (file: string) => truncateSync(file, 0)],
  ["written over", (file: string) => appendFileSync(file, Buffer.alloc(4, 255))],
])("leaves out an object whose file was %s, says so, and serves the others", async (_, damage) => {
  await put("damaged", "content of some length");
  const [file = ""] = objectFiles();
  await put("whole", "content");
  await store.stop();
  damage(file);
  const warned = jest.spyOn(log, "warn");
  await start();

  expect(warned).toHaveBeenCalledWith(expect.objectContaining({ file }), expect.stringContaining("left out"));
  warned.mockRestore();
  await expect(client.statObject(bucket, "damaged")).rejects.toMatchObject({ code: "NotFound" });
  expect(await read("whole")).toBe("content");
  await put("damaged", "again");
  expect(await read("damaged")).toBe("again");
});

it("keeps one of many writes to a key, whole", async () => {
  const contents = Array.from({ length: 30 }, (_, index) => `${index} `.repeat(50_000));
  await Promise.all(contents.map((content) => put("key", content)));
  const kept = await read("key");
  expect(contents).toContain(kept);
  expect((await client.statObject(bucket, "key")).size).toBe(kept.length);
  expect(objectFiles()).toHaveLength(1);
  expect(readdirSync(join(dataDir, "incoming"))).toEqual([]);
});

it("frees its port when it stops, and does not start on one that is taken", async () => {
  const taken = { host, port: store.port, dataDir: join(dataDir, "second"), log, ...credentials };
  await expect(startObjectStore(taken)).rejects.toMatchObject({ code: "EADDRINUSE" });
  await put("key", "content");
  await store.stop();
  await expect(put("key", "content")).rejects.toThrow();
  store = await startObjectStore({ ...taken, dataDir });
  expect(await read("key")).toBe("content");
});
