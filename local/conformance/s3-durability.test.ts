import { readdirSync, statSync } from "node:fs";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Client } from "minio";
import { createClient, fetchSigned, list, partBytes, readText } from "./s3-clients";
import { givenS3, type S3Process, startS3Process } from "./s3-process";
import { createDataFolder, lastingPort } from "./stand-in";

const describeOwnServer = givenS3 === undefined ? describe : describe.skip;

describeOwnServer("stopped, killed and asked for too much (only a server of the suite's own may be)", () => {
  const bucket = "durable";
  let folder: ReturnType<typeof createDataFolder>;
  let server: S3Process;
  let client: Client;

  beforeEach(async () => {
    folder = createDataFolder();
    server = await startS3Process(folder.path, await lastingPort());
    client = createClient(server.target);
    await client.makeBucket(bucket, "us-east-1");
  });
  afterEach(async () => {
    await server.stop();
    folder.remove();
  });

  /** The same server again, at the same address. */
  async function startAgain(): Promise<void> {
    server = await startS3Process(folder.path, server.port);
  }

  const incoming = () => readdirSync(join(folder.path, "incoming"));

  /** Begins to upload 8 MB by a link, and returns when 4 MB of it have arrived on the disk. */
  async function uploadHalf(key: string): Promise<Socket> {
    const { pathname, search, host } = new URL(await client.presignedPutObject(bucket, key, 60));
    const socket = connect(server.port, "127.0.0.1").on("error", () => undefined);
    await once(socket, "connect");
    const half = Buffer.alloc(4 * 1024 * 1024, "n");
    socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${2 * half.length}\r\n\r\n`);
    socket.write(half);
    const arrived = () => incoming().some((name) => statSync(join(folder.path, "incoming", name)).size === half.length);
    while (!arrived()) await wait(10);
    return socket;
  }

  it.each([
    ["stopped", () => server.stop()],
    ["killed", () => server.kill()],
  ])("has buckets, policies, objects and parts again after it was %s", async (_, end) => {
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucket}/public/*` },
      ],
    });
    await client.setBucketPolicy(bucket, policy);
    const headers = { "Content-Type": "image/png", "X-Amz-Meta-Colour": "green" };
    const { etag } = await client.putObject(bucket, "public/a", "content", undefined, headers);
    await client.putObject(bucket, "removed", "content");
    await client.removeObject(bucket, "removed");
    const uploadId = await client.initiateNewMultipartUpload(bucket, "in parts", {});
    const path = `/${bucket}/in%20parts?partNumber=1&uploadId=${uploadId}`;
    const part = await fetchSigned(server.target, { method: "PUT", path, body: "a part" });
    await end();
    await startAgain();

    expect(await client.getBucketPolicy(bucket)).toBe(policy);
    expect(await (await fetch(`${server.target.endpoint}/${bucket}/public/a`)).text()).toBe("content");
    const stat = await client.statObject(bucket, "public/a");
    expect(stat).toMatchObject({ etag, metaData: { "content-type": "image/png", colour: "green" } });
    expect((await list(client, bucket)).map(({ name }) => name)).toEqual(["public/a"]);
    const parts = [{ part: 1, etag: part.headers.get("etag")?.replaceAll('"', "") ?? "" }];
    await client.completeMultipartUpload(bucket, "in parts", uploadId, parts);
    expect(await readText(client, bucket, "in parts")).toBe("a part");
  });

  it("shows no half of an object that it was killed in the middle of", async () => {
    await client.putObject(bucket, "replaced", "old");
    const sockets = [await uploadHalf("replaced")];
    await server.kill();
    await startAgain();
    sockets.push(await uploadHalf("new"));
    await server.kill();
    await startAgain();
    expect((await list(client, bucket)).map(({ name }) => name)).toEqual(["replaced"]);
    expect(await readText(client, bucket, "replaced")).toBe("old");
    expect(incoming()).toEqual([]);
    for (const socket of sockets) socket.destroy();
  });

  it("shows and keeps nothing of an upload that its sender breaks off", async () => {
    const socket = await uploadHalf("key");
    socket.destroy();
    while (incoming().length > 0) await wait(10);
    expect(await list(client, bucket)).toEqual([]);
  });

  it("has every object that it has acknowledged when it is killed in the middle of writing", async () => {
    const acknowledged: string[] = [];
    const writing = Array.from({ length: 8 }, async (_, writer) => {
      for (let index = 0; index < 200; index += 1) {
        const key = `key-${writer}-${index}`;
        await client.putObject(bucket, key, key.repeat(100));
        acknowledged.push(key);
        if (acknowledged.length === 200) await server.kill();
      }
    });
    await Promise.allSettled(writing);
    await startAgain();
    const there = new Set((await list(client, bucket)).map(({ name }) => name));
    expect(acknowledged.filter((key) => !there.has(key))).toEqual([]);
    for (const key of acknowledged.slice(-20)) expect(await readText(client, bucket, key)).toBe(key.repeat(100));
  });

  it("exits with 0 on SIGTERM, also while connections are open", async () => {
    const idle = connect(server.port, "127.0.0.1").on("error", () => undefined);
    await once(idle, "connect");
    const half = await uploadHalf("key");
    expect(await server.stop()).toBe(0);
    for (const socket of [idle, half]) socket.destroy();
    await startAgain();
    expect(await list(client, bucket)).toEqual([]);
  });

  it("keeps keys apart that only a strict file system would, and some that none would take", async () => {
    const keys = ["a", "A", "a/b", "a/", `${"long/".repeat(190)}x`, "x".repeat(900)];
    for (const key of keys) {
      const path = `/${bucket}/${key}`;
      expect((await fetchSigned(server.target, { method: "PUT", path, body: key })).status).toBe(200);
    }
    expect((await list(client, bucket)).map(({ name }) => name)).toEqual(keys.sort());
  });

  it("refuses by name what it cannot do, and says so in its log", async () => {
    await client.putObject(bucket, "key", "content");
    const refused = { code: "NotImplemented" };
    await expect(client.setObjectTagging(bucket, "key", { a: "b" })).rejects.toMatchObject(refused);
    await server.logged("object PUT tagging", "not supported");
    await expect(client.setBucketVersioning(bucket, { Status: "Enabled" })).rejects.toMatchObject(refused);
    await server.logged("bucket PUT versioning", "not supported");
    await expect(
      client.putObject(bucket, "key", "x", undefined, { "X-Amz-Server-Side-Encryption": "AES256" }),
    ).rejects.toMatchObject(refused);
    const denial = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: `arn:aws:s3:::${bucket}/*` };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [denial] });
    await expect(client.setBucketPolicy(bucket, policy)).rejects.toMatchObject(refused);
    const path = `/${bucket}/key`;
    const headers = { "x-amz-checksum-crc32": "AAAAAA==" };
    expect((await fetchSigned(server.target, { method: "PUT", path, body: "x", headers })).status).toBe(501);
    expect((await fetchSigned(server.target, { method: "PATCH", path })).status).toBe(405);
    expect(await readText(client, bucket, "key")).toBe("content");
  });

  it("takes no more than its limit at once, and goes on", async () => {
    const { pathname, search, host } = new URL(await client.presignedPutObject(bucket, "key", 60));
    const socket = connect(server.port, "127.0.0.1");
    socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 5000000000\r\n\r\n`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 400 [^]*EntityTooLarge/);
    socket.destroy();
    await client.putObject(bucket, "key", Buffer.alloc(partBytes));
    expect(await list(client, bucket)).toHaveLength(1);
  });
});
