import { createHash } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { type BucketItem, type Client, CopyConditions, CopyDestinationOptions, CopySourceOptions } from "minio";
import { collect, createBucket, createClient, fetchSigned, list, partBytes, readText, refusalOf } from "./s3-clients";
import { type S3Target, startS3UnderTest } from "./s3-process";

let server: { target: S3Target; end: () => Promise<void> };
let client: Client;
let bucket: { name: string; remove: () => Promise<void> };

beforeAll(async () => {
  server = await startS3UnderTest();
  client = createClient(server.target);
});
afterAll(() => server.end());
beforeEach(async () => {
  bucket = await createBucket(client);
});
afterEach(() => bucket.remove());

const put = (key: string, content = key, headers: Record<string, string> = {}) =>
  client.putObject(bucket.name, key, content, undefined, headers);
const namesOf = (items: readonly BucketItem[]) =>
  items.map((item) => ("prefix" in item ? `folder ${String(item.prefix)}` : item.name));
const md5 = (content: string) => createHash("md5").update(content).digest("hex");

describe("buckets", () => {
  it("are there once they were made, and are made once", async () => {
    expect(await client.bucketExists(bucket.name)).toBe(true);
    expect(await client.bucketExists(`${bucket.name}-no`)).toBe(false);
    expect((await client.listBuckets()).map(({ name }) => name)).toContain(bucket.name);
    await expect(client.makeBucket(bucket.name, "us-east-1")).rejects.toMatchObject({
      code: "BucketAlreadyOwnedByYou",
    });
  });

  it("are removed only when empty", async () => {
    await put("last");
    await expect(client.removeBucket(bucket.name)).rejects.toMatchObject({ code: "BucketNotEmpty" });
    await client.removeObject(bucket.name, "last");
    await client.removeBucket(bucket.name);
    expect(await client.bucketExists(bucket.name)).toBe(false);
    await expect(put("late")).rejects.toMatchObject({ code: "NoSuchBucket" });
    await client.makeBucket(bucket.name, "us-east-1");
    expect(await list(client, bucket.name)).toEqual([]);
  });

  it("keep a policy until it is taken away", async () => {
    await expect(client.getBucketPolicy(bucket.name)).rejects.toMatchObject({ code: "NoSuchBucketPolicy" });
    const statement = {
      Effect: "Allow",
      Principal: { AWS: ["*"] },
      Action: ["s3:GetObject"],
      Resource: [`arn:aws:s3:::${bucket.name}/*`],
    };
    await client.setBucketPolicy(bucket.name, JSON.stringify({ Version: "2012-10-17", Statement: [statement] }));
    expect(JSON.parse(await client.getBucketPolicy(bucket.name))).toMatchObject({ Statement: [statement] });
    await client.setBucketPolicy(bucket.name, "");
    await expect(client.getBucketPolicy(bucket.name)).rejects.toMatchObject({ code: "NoSuchBucketPolicy" });
  });
});

describe("objects", () => {
  it("come back as they were put, with their type and metadata", async () => {
    const { etag } = await put("a/1.txt", "hello", {
      "Content-Type": "text/plain",
      "Cache-Control": "public, max-age=60",
      "X-Amz-Meta-Colour": "green",
    });
    expect(etag).toBe(md5("hello"));
    const stat = await client.statObject(bucket.name, "a/1.txt");
    expect(stat).toMatchObject({ size: 5, etag });
    expect(stat.metaData).toMatchObject({
      "content-type": "text/plain",
      "cache-control": "public, max-age=60",
      colour: "green",
    });
    expect(Math.abs(stat.lastModified.getTime() - Date.now())).toBeLessThan(60_000);
    expect(await readText(client, bucket.name, "a/1.txt")).toBe("hello");
  });

  it("may be empty", async () => {
    await put("empty", "");
    expect((await client.statObject(bucket.name, "empty")).size).toBe(0);
    expect(await readText(client, bucket.name, "empty")).toBe("");
  });

  it.each([
    "Räume/größer als 3 m².txt",
    "plus+and space",
    `quotes'"and<tags>&co`,
    "(100%)!*~",
    "case",
    "CASE",
    "a.b..c",
  ])("may be called %s", async (key) => {
    await put(key);
    expect(await readText(client, bucket.name, key)).toBe(key);
    expect(namesOf(await list(client, bucket.name))).toEqual([key]);
    await client.removeObjects(bucket.name, [key]);
    expect(await list(client, bucket.name)).toEqual([]);
  });

  it("are replaced whole; who reads the old one reads it to its end", async () => {
    const old = "old".repeat(500_000);
    await put("key", old);
    const reader = await client.getObject(bucket.name, "key");
    const [first] = (await once(reader, "data")) as [Buffer];
    reader.pause();
    await put("key", "new");
    expect(await readText(client, bucket.name, "key")).toBe("new");
    reader.resume();
    expect(first.toString() + (await text(reader))).toBe(old);
  });

  it("are gone when removed, which may be asked twice", async () => {
    await put("key");
    await client.removeObject(bucket.name, "key");
    await client.removeObject(bucket.name, "key");
    await expect(client.statObject(bucket.name, "key")).rejects.toMatchObject({ code: "NotFound" });
    await expect(client.getObject(bucket.name, "key")).rejects.toMatchObject({ code: "NoSuchKey" });
  });

  it("are removed many at once, also those that are not there", async () => {
    await Promise.all(["a", "b", "c"].map((key) => put(key)));
    await client.removeObjects(bucket.name, ["a", "c", "never there"]);
    expect(namesOf(await list(client, bucket.name))).toEqual(["b"]);
  });

  it("are read in part", async () => {
    await put("key", "0123456789");
    const range = async (value: string) => {
      const url = await client.presignedGetObject(bucket.name, "key", 60);
      const answer = await fetch(url, { headers: { range: value } });
      return [answer.status, answer.headers.get("content-range"), answer.ok ? await answer.text() : ""];
    };
    expect(await text(await client.getPartialObject(bucket.name, "key", 2, 3))).toBe("234");
    expect(await range("bytes=7-")).toEqual([206, "bytes 7-9/10", "789"]);
    expect(await range("bytes=-2")).toEqual([206, "bytes 8-9/10", "89"]);
    expect(await range("bytes=4-99")).toEqual([206, "bytes 4-9/10", "456789"]);
    expect((await range("bytes=10-"))[0]).toBe(416);
  });

  it("are read on conditions", async () => {
    const { etag } = await put("key");
    const read = async (headers: Record<string, string>) =>
      (await fetch(await client.presignedGetObject(bucket.name, "key", 60), { headers })).status;
    expect(await read({ "if-none-match": `"${etag}"` })).toBe(304);
    expect(await read({ "if-none-match": `"${md5("other")}"` })).toBe(200);
    expect(await read({ "if-match": `"${md5("other")}"` })).toBe(412);
    expect(await read({ "if-modified-since": new Date(Date.now() + 1000).toUTCString() })).toBe(304);
    expect(await read({ "if-unmodified-since": new Date(Date.now() - 60_000).toUTCString() })).toBe(412);
  });
});

describe("copies", () => {
  const source = () => `/${bucket.name}/source`;

  it("have the content and headers of their source", async () => {
    await put("source", "content", { "Content-Type": "image/png", "X-Amz-Meta-Colour": "green" });
    await client.copyObject(bucket.name, "an/other", source());
    const { metaData, etag } = await client.statObject(bucket.name, "an/other");
    expect(metaData).toMatchObject({ "content-type": "image/png", colour: "green" });
    expect(etag).toBe(md5("content"));
    expect(await readText(client, bucket.name, "an/other")).toBe("content");
  });

  it("have other headers where that is asked, also in place", async () => {
    await put("source", "content", { "Content-Type": "image/png" });
    await client.copyObject(
      new CopySourceOptions({ Bucket: bucket.name, Object: "source" }),
      new CopyDestinationOptions({
        Bucket: bucket.name,
        Object: "source",
        MetadataDirective: "REPLACE",
        Headers: { "Content-Type": "image/webp" },
      }),
    );
    const { metaData } = await client.statObject(bucket.name, "source");
    expect(metaData).toMatchObject({ "content-type": "image/webp" });
    expect(await readText(client, bucket.name, "source")).toBe("content");
  });

  it("may be of something empty, with a name that must be encoded", async () => {
    await put("Räume/a+b c%.txt", "");
    await client.copyObject(bucket.name, "copy", `/${bucket.name}/Räume/a+b c%.txt`);
    expect((await client.statObject(bucket.name, "copy")).size).toBe(0);
  });

  it("are refused without a source, or where its conditions do not hold", async () => {
    await expect(client.copyObject(bucket.name, "copy", source())).rejects.toMatchObject({ code: "NoSuchKey" });
    await put("source");
    const conditions = new CopyConditions();
    conditions.setMatchETag(md5("other"));
    await expect(client.copyObject(bucket.name, "copy", source(), conditions)).rejects.toMatchObject({
      code: "PreconditionFailed",
    });
  });
});

describe("uploads in parts", () => {
  const part = (letter: string, size = partBytes) => Buffer.alloc(size, letter);

  it("put a stream of unknown length together", async () => {
    const content = Readable.from([part("a"), part("b"), part("c", 100)]);
    const { etag } = await client.putObject(bucket.name, "stream", content, undefined, {
      "Content-Type": "text/plain",
    });
    expect(etag).toMatch(/^[0-9a-f]{32}-[23]$/);
    const stat = await client.statObject(bucket.name, "stream");
    expect(stat).toMatchObject({ size: 2 * partBytes + 100, etag });
    expect(stat.metaData).toMatchObject({ "content-type": "text/plain" });
    const read = await readText(client, bucket.name, "stream");
    expect(md5(read)).toBe(md5(Buffer.concat([part("a"), part("b"), part("c", 100)]).toString()));
  });

  it("show nothing until they are completed, and nothing at all when given up", async () => {
    const uploadId = await client.initiateNewMultipartUpload(bucket.name, "key", {});
    await sendPart(uploadId, 1, "one");
    expect(await list(client, bucket.name)).toEqual([]);
    const open = await collect(client.listIncompleteUploads(bucket.name, "", true) as AsyncIterable<{ key: string }>);
    expect(open).toMatchObject([{ key: "key", uploadId }]);
    await client.removeIncompleteUpload(bucket.name, "key");
    expect((await refusalOf(await sendPart(uploadId, 1, "one"))).code).toBe("NoSuchUpload");
  });

  it("take a part again, and are completed with what was sent last", async () => {
    const uploadId = await client.initiateNewMultipartUpload(bucket.name, "key", {});
    await sendPart(uploadId, 1, "first");
    const etag = (await sendPart(uploadId, 1, "second")).headers.get("etag")?.replaceAll('"', "") ?? "";
    expect(etag).toBe(md5("second"));
    await expect(
      client.completeMultipartUpload(bucket.name, "key", uploadId, [{ part: 1, etag: md5("first") }]),
    ).rejects.toMatchObject({ code: "InvalidPart" });
    await client.completeMultipartUpload(bucket.name, "key", uploadId, [{ part: 1, etag }]);
    expect(await readText(client, bucket.name, "key")).toBe("second");
  });

  it("refuse parts that are too small to stand before others", async () => {
    const uploadId = await client.initiateNewMultipartUpload(bucket.name, "key", {});
    const etags = [1, 2].map((number) => ({ part: number, etag: md5(`part ${number}`) }));
    await sendPart(uploadId, 1, "part 1");
    await sendPart(uploadId, 2, "part 2");
    await expect(client.completeMultipartUpload(bucket.name, "key", uploadId, etags)).rejects.toMatchObject({
      code: "EntityTooSmall",
    });
    await client.abortMultipartUpload(bucket.name, "key", uploadId);
  });

  function sendPart(uploadId: string, number: number, body: string): Promise<Response> {
    const path = `/${bucket.name}/key?partNumber=${number}&uploadId=${encodeURIComponent(uploadId)}`;
    return fetchSigned(server.target, { method: "PUT", path, body });
  }
});
