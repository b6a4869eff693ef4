import { createHash, createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { type BucketItem, Client } from "minio";
import { type S3Target } from "./s3-process";

/** The smallest that S3 takes for a part that others follow. */
export const partBytes = 5 * 1024 * 1024;

export function createClient({ endpoint, accessKey, secretKey }: S3Target): Client {
  const { protocol, hostname, port } = new URL(endpoint);
  return new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: protocol === "https:",
    accessKey,
    secretKey,
    region: "us-east-1",
    pathStyle: true,
    partSize: partBytes,
    retryOptions: { disableRetry: true },
  });
}

/** A bucket that no other run has used; `remove` takes all that is in it along. */
export async function createBucket(client: Client): Promise<{ name: string; remove: () => Promise<void> }> {
  const name = `conformance-${randomUUID()}`;
  await client.makeBucket(name, "us-east-1");
  return {
    name,
    remove: async () => {
      const keys = (await list(client, name)).flatMap(({ name: key }) => (key === undefined ? [] : [key]));
      if (keys.length > 0) await client.removeObjects(name, keys);
      await client.removeBucket(name);
    },
  };
}

/** All objects under a prefix, or what is there "in this folder" where it is not recursive. */
export async function list(client: Client, bucket: string, prefix = "", recursive = true): Promise<BucketItem[]> {
  return collect(client.listObjectsV2(bucket, prefix, recursive) as AsyncIterable<BucketItem>);
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export async function readText(client: Client, bucket: string, key: string): Promise<string> {
  return text(await client.getObject(bucket, key));
}

/** What a refusal says: its status and the code in its XML. */
export async function refusalOf(answer: Response): Promise<{ status: number; code: string | undefined }> {
  const body = await answer.text();
  return { status: answer.status, code: /<Code>(\w+)<\/Code>/.exec(body)?.[1] };
}

export interface SignedRequest {
  readonly method: string;
  /** With the query, encoded as it is sent. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What the signature says that the body is, where it is not what is sent. */
  readonly claimedBody?: string;
  readonly sentAt?: Date;
  /** Headers that are sent without being signed. */
  readonly unsignedHeaders?: Readonly<Record<string, string>>;
}

/** Sends a request that is signed by V4 here, so that it may be signed wrongly. */
export async function fetchSigned(target: S3Target, request: SignedRequest): Promise<Response> {
  const { method, path, body = "", claimedBody = body, sentAt = new Date(), unsignedHeaders } = request;
  const { host, href } = new URL(path, target.endpoint);
  const date = sentAt.toISOString().replace(/[-:]|\.\d+/g, "");
  const headers: Record<string, string> = {
    ...request.headers,
    host,
    "x-amz-content-sha256": sha256(claimedBody),
    "x-amz-date": date,
  };
  const names = Object.keys(headers).sort();
  const [resource = "", query = ""] = path.split("?");
  const canonical = [
    method,
    resource,
    query,
    ...names.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}`),
    "",
    names.join(";"),
    sha256(claimedBody),
  ].join("\n");
  const scope = [date.slice(0, 8), "us-east-1", "s3", "aws4_request"];
  const key = scope.reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${target.secretKey}`));
  const signature = hmac(key, ["AWS4-HMAC-SHA256", date, scope.join("/"), sha256(canonical)].join("\n"));
  const authorization = [
    `AWS4-HMAC-SHA256 Credential=${target.accessKey}/${scope.join("/")}`,
    `SignedHeaders=${names.join(";")}`,
    `Signature=${signature.toString("hex")}`,
  ].join(", ");
  const sent = { ...headers, ...unsignedHeaders, authorization };
  return fetch(href, { method, headers: sent, ...(body === "" ? {} : { body }) });
}

/** Bytes on a socket, for what no client would send. @returns what came back until it was closed */
export async function exchange(target: S3Target, bytes: string): Promise<string> {
  const { hostname, port } = new URL(target.endpoint);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.end(bytes);
  return text(socket);
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

function hmac(key: Buffer, content: string): Buffer {
  return createHmac("sha256", key).update(content).digest();
}
