import { setTimeout as sleep } from "node:timers/promises";
import { type Logger } from "@shop/telemetry";
import { type BucketItem, type Client, S3Error } from "minio";
import { type ImageStoreConfig } from "./environment";
import { createS3Client, region } from "./s3-client";

/** What a browser needs to upload a file straight to the store. */
export interface UploadForm {
  readonly url: string;
  readonly fields: { readonly name: string; readonly value: string }[];
}

/** The bucket of images. Every call throws ImageStoreUnavailableError within 5 s of a store that does not answer. */
export interface ImageStore {
  /** Makes the bucket where it is missing, and all under `public/` in it readable by anyone, and nothing else. */
  prepare: () => Promise<void>;
  /** A form that takes one object of this key and type, of `maxBytes` at most, until `expiresAt`. */
  uploadForm(object: { key: string; contentType: string; maxBytes: number; expiresAt: Date }): Promise<UploadForm>;
  /** @returns the bytes, "TOO_LARGE", or null where there is nothing */
  read(key: string, maxBytes: number): Promise<Buffer | "TOO_LARGE" | null>;
  write(key: string, bytes: Buffer, contentType: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** The keys that begin so. */
  list(prefix: string): Promise<string[]>;
  /** Where a browser gets a public object. */
  publicUrl: (key: string) => string;
}

export class ImageStoreUnavailableError extends Error {}

// A try and another one, each as long as the client bears a silence: whoever waits hears within 5 s.
const retryAfterMs = 100;
// Keys are never used again: what is behind one does not change.
const cacheControl = "public, max-age=31536000, immutable";

export function createImageStore(config: ImageStoreConfig, log: Logger): ImageStore {
  const { bucket } = config;
  const client = createS3Client(config.endpoint, config);
  const publicClient = createS3Client(config.publicUrl, config);

  /** Whatever a store says but an answer, refusals of our keys among it, is for clients to wait for and for us to mend. */
  async function answered<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await tryTwice(call);
    } catch (error) {
      log.warn({ err: error }, "the image store does not answer");
      throw new ImageStoreUnavailableError("the image store does not answer", { cause: error });
    }
  }

  async function prepare(): Promise<void> {
    if (!(await client.bucketExists(bucket))) await makeBucket(client, bucket);
    await client.setBucketPolicy(bucket, JSON.stringify(readablePrefix(bucket)));
  }

  return {
    prepare: () => answered(prepare),

    uploadForm: async ({ key, contentType, maxBytes, expiresAt }) => {
      // Making the form needs no store; the browser that is to use it does.
      await answered(async () => {
        if (!(await client.bucketExists(bucket))) await prepare();
      });
      const policy = publicClient.newPostPolicy();
      policy.setBucket(bucket);
      policy.setKey(key);
      policy.setContentType(contentType);
      policy.setContentLengthRange(1, maxBytes);
      policy.setExpires(expiresAt);
      const { postURL, formData } = await publicClient.presignedPostPolicy(policy);
      const fields = Object.entries(formData as Record<string, string>).map(([name, value]) => ({ name, value }));
      return { url: postURL, fields };
    },

    read: (key, maxBytes) => answered(() => readObject(client, bucket, key, maxBytes)),

    write: async (key, bytes, contentType) => {
      const headers = { "Content-Type": contentType, "Cache-Control": cacheControl };
      await answered(() => client.putObject(bucket, key, bytes, bytes.length, headers));
    },

    remove: (key) => answered(() => client.removeObject(bucket, key)),

    list: (prefix) =>
      answered(async () => {
        const keys: string[] = [];
        for await (const item of client.listObjectsV2(bucket, prefix, true) as AsyncIterable<BucketItem>) {
          if (item.name !== undefined) keys.push(item.name);
        }
        return keys;
      }),

    publicUrl: (key) => `${config.publicUrl.replace(/\/$/, "")}/${bucket}/${key}`,
  };
}

async function tryTwice<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch {
    await sleep(retryAfterMs);
    return call();
  }
}

async function makeBucket(client: Client, bucket: string): Promise<void> {
  try {
    await client.makeBucket(bucket, region);
  } catch (error) {
    if (!isS3Error(error, "BucketAlreadyOwnedByYou")) throw error; // another process was faster
  }
}

async function readObject(
  client: Client,
  bucket: string,
  key: string,
  maxBytes: number,
): Promise<Buffer | "TOO_LARGE" | null> {
  try {
    const stream = await client.getObject(bucket, key);
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) return "TOO_LARGE"; // leaving the loop ends the stream
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (isS3Error(error, "NoSuchKey", "NotFound")) return null;
    throw error;
  }
}

function isS3Error(error: unknown, ...codes: string[]): boolean {
  return error instanceof S3Error && codes.includes(error.code ?? "");
}

function readablePrefix(bucket: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: ["*"] },
        Action: ["s3:GetObject"],
        Resource: [`arn:aws:s3:::${bucket}/public/*`],
      },
    ],
  };
}
