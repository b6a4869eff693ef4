import { createHash } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { type BucketItem, CopyConditions, CopyDestinationOptions, CopySourceOptions } from "minio";
import { collect, fetchSigned, list, partBytes, readText, refusalOf } from "./s3-clients";
import { useS3 } from "./s3-scene";

const s3 = useS3();

const put = (key: string, content = key, headers: Record<string, string> = {}) =>
  s3.client.putObject(s3.bucket, key, content, undefined, headers);
const namesOf = (items: readonly BucketItem[]) =>
  items.map((item) => ("prefix" in item ? `folder ${String(item.prefix)}` : item.name));
const md5 = (content: string) => createHash("md5").update(content).digest("hex");

describe("buckets", () => {
  it("are there once they were made, and are made once", async () => {
    expect(await s3.client.bucketExists(s3.bucket)).toBe(true);
    expect(await s3.client.bucketExists(`${s3.bucket}-no`)).toBe(false);
    expect((await s3.client.listBuckets()).map(({ name }) => name)).toContain(s3.bucket);
    await expect(s3.client.makeBucket(s3.bucket, "us-east-1")).rejects.toMatchObject({
      code: "BucketAlreadyOwnedByYou",
    });
  });

  it("are removed only when empty", async () => {
    await put("last");
    await expect(s3.client.removeBucket(s3.bucket)).rejects.toMatchObject({ code: "BucketNotEmpty" });
    await s3.client.removeObject(s3.bucket, "last");
    await s3.client.removeBucket(s3.bucket);
    expect(await s3.client.bucketExists(s3.bucket)).toBe(false);
    await expect(put("late")).rejects.toMatchObject({ code: "NoSuchBucket" });
    await s3.client.makeBucket(s3.bucket, "us-east-1");
    expect(await list(s3.client, s3.bucket)).toEqual([]);
  });

  it("keep a policy until it is taken away", async () => {
    await expect(s3.client.getBucketPolicy(s3.bucket)).rejects.toMatchObject({ code: "NoSuchBucketPolicy" });
    const statement = {
      Effect: "Allow",
      Principal: { AWS: ["*"] },
      Action: ["s3:GetObject"],
      Resource: [`arn:aws:s3:::${s3.bucket}/*`],
    };
    await s3.client.setBucketPolicy(s3.bucket, JSON.stringify({ Version: "2012-10-17", Statement: [statement] }));
    expect(JSON.parse(await s3.client.getBucketPolicy(s3.bucket))).toMatchObject({ Statement: [statement] });
    await s3.client.setBucketPolicy(s3.bucket, "");
    await expect(s3.client.getBucketPolicy(s3.bucket)).rejects.toMatchObject({ code: "NoSuchBucketPolicy" });
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
    const stat = await s3.client.statObject(s3.bucket, "a/1.txt");
    expect(stat).toMatchObject({ size: 5, etag });
    expect(stat.metaData).toMatchObject({
      "content-type": "text/plain",
      "cache-control": "public, max-age=60",
      colour: "green",
    });
    expect(Math.abs(stat.lastModified.getTime() - Date.now())).toBeLessThan(60_000);
    expect(await readText(s3.client, s3.bucket, "a/1.txt")).toBe("hello");
  });

  it("may be empty", async () => {
    await put("empty", "");
    expect((await s3.client.statObject(s3.bucket, "empty")).size).toBe(0);
    expect(await readText(s3.client, s3.bucket, "empty")).toBe("");
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
    expect(await readText(s3.client, s3.bucket, key)).toBe(key);
    expect(namesOf(await list(s3.client, s3.bucket))).toEqual([key]);
    await s3.client.removeObjects(s3.bucket, [key]);
    expect(await list(s3.client, s3.bucket)).toEqual([]);
  });

  it("are replaced whole; who reads the old one reads it to its end", async () => {
    const old = "old".repeat(500_000);
    await put("key", old);
    const reader = await s3.client.getObject(s3.bucket, "key");
    const [first] = (await once(reader, "data")) as [Buffer];
    reader.pause();
    await put("key", "new");
    expect(await readText(s3.client, s3.bucket, "key")).toBe("new");
    reader.resume();
    expect(first.toString() + (await text(reader))).toBe(old);
  });

  it("are gone when removed, which may be asked twice", async () => {
    await put("key");
    await s3.client.removeObject(s3.bucket, "key");
    await s3.client.removeObject(s3.bucket, "key");
    await expect(s3.client.statObject(s3.bucket, "key")).rejects.toMatchObject({ code: "NotFound" });
    await expect(s3.client.getObject(s3.bucket, "key")).rejects.toMatchObject({ code: "NoSuchKey" });
  });

  it("are removed many at once, also those that are not there", async () => {
    await Promise.all(["a", "b", "c"].map((key) => put(key)));
    await s3.client.removeObjects(s3.bucket, ["a", "c", "never there"]);
    expect(namesOf(await list(s3.client, s3.bucket))).toEqual(["b"]);
  });

  it("are read in part", async () => {
    await put("key", "0123456789");
    const range = async (value: string) => {
      const url = await s3.client.presignedGetObject(s3.bucket, "key", 60);
      const answer = await fetch(url, { headers: { range: value } });
      return [answer.status, answer.headers.get("content-range"), answer.ok ? await answer.text() : ""];
    };
    expect(await text(await s3.client.getPartialObject(s3.bucket, "key", 2, 3))).toBe("234");
    expect(await range("bytes=7-")).toEqual([206, "bytes 7-9/10", "789"]);
    expect(await range("bytes=-2")).toEqual([206, "bytes 8-9/10", "89"]);
    expect(await range("bytes=4-99")).toEqual([206, "bytes 4-9/10", "456789"]);
    expect((await range("bytes=10-"))[0]).toBe(416);
  });

  it("are read on conditions", async () => {
    const { etag } = await put("key");
    const read = async (headers: Record<string, string>) =>
      (await fetch(await s3.client.presignedGetObject(s3.bucket, "key", 60), { headers })).status;
    expect(await read({ "if-none-match": `"${etag}"` })).toBe(304);
    expect(await read({ "if-none-match": `"${md5("other")}"` })).toBe(200);
    expect(await read({ "if-match": `"${md5("other")}"` })).toBe(412);
    expect(await read({ "if-modified-since": new Date(Date.now() + 1000).toUTCString() })).toBe(304);
    expect(await read({ "if-unmodified-since": new Date(Date.now() - 60_000).toUTCString() })).toBe(412);
  });
});

describe("copies", () => {
  const source = () => `/${s3.bucket}/source`;

  it("have the content and headers of their source", async () => {
    await put("source", "content", { "Content-Type": "image/png", "X-Amz-Meta-Colour": "green" });
    await s3.client.copyObject(s3.bucket, "an/other", source());
    const { metaData, etag } = await s3.client.statObject(s3.bucket, "an/other");
    expect(metaData).toMatchObject({ "content-type": "image/png", colour: "green" });
    expect(etag).toBe(md5("content"));
    expect(await readText(s3.client, s3.bucket, "an/other")).toBe("content");
  });

  it("have other headers where that is asked, also in place", async () => {
    await put("source", "content", { "Content-Type": "image/png" });
    await s3.client.copyObject(
      new CopySourceOptions({ Bucket: s3.bucket, Object: "source" }),
      new CopyDestinationOptions({
        Bucket: s3.bucket,
        Object: "source",
        MetadataDirective: "REPLACE",
        Headers: { "Content-Type": "image/webp" },
      }),
    );
    const { metaData } = await s3.client.statObject(s3.bucket, "source");
    expect(metaData).toMatchObject({ "content-type": "image/webp" });
    expect(await readText(s3.client, s3.bucket, "source")).toBe("content");
  });

  it("may be of something empty, with a name that must be encoded", async () => {
    await put("Räume/a+b c%.txt", "");
    await s3.client.copyObject(s3.bucket, "copy", `/${s3.bucket}/Räume/a+b c%.txt`);
    expect((await s3.client.statObject(s3.bucket, "copy")).size).toBe(0);
  });

  it("are refused without a source, or where its conditions do not hold", async () => {
    await expect(s3.client.copyObject(s3.bucket, "copy", source())).rejects.toMatchObject({ code: "NoSuchKey" });
    await put("source");
    const conditions = new CopyConditions();
    conditions.setMatchETag(md5("other"));
    await expect(s3.client.copyObject(s3.bucket, "copy", source(), conditions)).rejects.toMatchObject({
      code: "PreconditionFailed",
    });
  });
});

describe("uploads in parts", () => {
  const part = (letter: string, size = partBytes) => Buffer.alloc(size, letter);

  it("put a stream of unknown length together", async () => {
    const content = Readable.from([part("a"), part("b"), part("c", 100)]);
    const { etag } = await s3.client.putObject(s3.bucket, "stream", content, undefined, {
      "Content-Type": "text/plain",
    });
    expect(etag).toMatch(/^[0-9a-f]{32}-[23]$/);
    const stat = await s3.client.statObject(s3.bucket, "stream");
    expect(stat).toMatchObject({ size: 2 * partBytes + 100, etag });
    expect(stat.metaData).toMatchObject({ "content-type": "text/plain" });
    const read = await readText(s3.client, s3.bucket, "stream");
    expect(md5(read)).toBe(md5(Buffer.concat([part("a"), part("b"), part("c", 100)]).toString()));
  });

  it("show nothing until they are completed, and nothing at all when given up", async () => {
    const uploadId = await s3.client.initiateNewMultipartUpload(s3.bucket, "key", {});
    await sendPart(uploadId, 1, "one");
    expect(await list(s3.client, s3.bucket)).toEqual([]);
    const open = await collect(s3.client.listIncompleteUploads(s3.bucket, "", true) as AsyncIterable<{ key: string }>);
    expect(open).toMatchObject([{ key: "key", uploadId }]);
    await s3.client.removeIncompleteUpload(s3.bucket, "key");
    expect((await refusalOf(await sendPart(uploadId, 1, "one"))).code).toBe("NoSuchUpload");
  });

  it("take a part again, and are completed with what was sent last", async () => {
    const uploadId = await s3.client.initiateNewMultipartUpload(s3.bucket, "key", {});
    await sendPart(uploadId, 1, "first");
    const etag = (await sendPart(uploadId, 1, "second")).headers.get("etag")?.replaceAll('"', "") ?? "";
    expect(etag).toBe(md5("second"));
    await expect(
      s3.client.completeMultipartUpload(s3.bucket, "key", uploadId, [{ part: 1, etag: md5("first") }]),
    ).rejects.toMatchObject({ code: "InvalidPart" });
    await s3.client.completeMultipartUpload(s3.bucket, "key", uploadId, [{ part: 1, etag }]);
    expect(await readText(s3.client, s3.bucket, "key")).toBe("second");
  });

  it("refuse parts that are too small to stand before others", async () => {
    const uploadId = await s3.client.initiateNewMultipartUpload(s3.bucket, "key", {});
    const etags = [1, 2].map((number) => ({ part: number, etag: md5(`part ${number}`) }));
    await sendPart(uploadId, 1, "part 1");
    await sendPart(uploadId, 2, "part 2");
    await expect(s3.client.completeMultipartUpload(s3.bucket, "key", uploadId, etags)).rejects.toMatchObject({
      code: "EntityTooSmall",
    });
    await s3.client.abortMultipartUpload(s3.bucket, "key", uploadId);
  });

  function sendPart(uploadId: string, number: number, body: string): Promise<Response> {
    const path = `/${s3.bucket}/key?partNumber=${number}&uploadId=${encodeURIComponent(uploadId)}`;
    return fetchSigned(s3.target, { method: "PUT", path, body });
  }
});
