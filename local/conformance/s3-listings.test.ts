import { createHash } from "node:crypto";
import { type BucketItem } from "minio";
import { collect, fetchSigned, list } from "./s3-clients";
import { useS3 } from "./s3-scene";

const s3 = useS3();

const put = (key: string, content = key) => s3.client.putObject(s3.bucket, key, content);
const namesOf = (items: readonly BucketItem[]) =>
  items.map((item) => ("prefix" in item ? `folder ${String(item.prefix)}` : item.name));
const md5 = (content: string) => createHash("md5").update(content).digest("hex");

describe("listings", () => {
  it("are in order, under a prefix, after a key, and folded at slashes", async () => {
    await Promise.all(["b/2", "a", "b/1", "c/x/1", "b0"].map((key) => put(key)));
    expect(namesOf(await list(s3.client, s3.bucket))).toEqual(["a", "b/1", "b/2", "b0", "c/x/1"]);
    expect(namesOf(await list(s3.client, s3.bucket, "b/"))).toEqual(["b/1", "b/2"]);
    expect(namesOf(await list(s3.client, s3.bucket, "", false)).sort()).toEqual(["a", "b0", "folder b/", "folder c/"]);
    expect(namesOf(await list(s3.client, s3.bucket, "c/", false))).toEqual(["folder c/x/"]);
    const after = s3.client.listObjectsV2(s3.bucket, "", true, "b/1") as AsyncIterable<BucketItem>;
    expect(namesOf(await collect(after))).toEqual(["b/2", "b0", "c/x/1"]);
    const [first] = await list(s3.client, s3.bucket, "a");
    expect(first).toMatchObject({ name: "a", size: 1, etag: md5("a") });
  });

  it.each([
    { version: 1, delimiter: "/", token: "marker", next: "NextMarker" },
    { version: 2, delimiter: "", token: "continuation-token", next: "NextContinuationToken" },
    { version: 2, delimiter: "/", token: "continuation-token", next: "NextContinuationToken" },
  ])("come in pages, with each entry once (version $version, folded at '$delimiter')", async (page) => {
    const keys = Array.from({ length: 7 }, (_, index) => `folder${Math.floor(index / 2)}/${index}`);
    await Promise.all(keys.map((key) => put(key)));
    const query: Record<string, string> = { "max-keys": "3", delimiter: page.delimiter };
    if (page.version === 2) query["list-type"] = "2";
    const seen: string[] = [];
    for (let isTruncated = true; isTruncated;) {
      const encoded = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
      const path = `/${s3.bucket}?${encoded.sort().join("&")}`;
      const xml = await (await fetchSigned(s3.target, { method: "GET", path })).text();
      seen.push(...[...xml.matchAll(/<(?:Key|CommonPrefixes><Prefix)>([^<]*)</g)].map(([, name = ""]) => name));
      query[page.token] = new RegExp(`<${page.next}>([^<]*)<`).exec(xml)?.[1] ?? "";
      isTruncated = xml.includes("<IsTruncated>true<");
    }
    expect(seen).toEqual(page.delimiter === "" ? keys : ["folder0/", "folder1/", "folder2/", "folder3/"]);
  });

  it("of more than a page are followed by the s3.client to their end", async () => {
    const keys = Array.from({ length: 1010 }, (_, index) => `key-${String(index).padStart(4, "0")}`);
    for (let start = 0; start < keys.length; start += 50) {
      await Promise.all(keys.slice(start, start + 50).map((key) => put(key, "x")));
    }
    expect(namesOf(await list(s3.client, s3.bucket))).toEqual(keys);
    const version1 = s3.client.listObjects(s3.bucket, "", true) as AsyncIterable<BucketItem>;
    expect(namesOf(await collect(version1))).toEqual(keys);
  });

  it("are refused for a bucket that is not there", async () => {
    await expect(list(s3.client, `${s3.bucket}-no`)).rejects.toMatchObject({ code: "NoSuchBucket" });
  });
});
