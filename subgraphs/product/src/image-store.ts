import http, { type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { type Logger } from "@shop/telemetry";
import { Client, type ClientOptions, S3Error } from "minio";
import { type ImageStoreConfig } from "./config";

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
  /** Where a browser gets a public object. */
  publicUrl: (key: string) => string;
}

export class ImageStoreUnavailableError extends Error {}

// A try and another one, so that whoever waits hears within 5 s.
const tryMs = 2_000;
const retryAfterMs = 100;
// The store has no regions; naming one spares the client a question.
const region = "us-east-1";
const oneYear = "public, max-age=31536000, immutable";

export function createImageStore(config: ImageStoreConfig, log: Logger): ImageStore {
  const { bucket } = config;
  const client = createClient(config.endpoint, config);
  const publicClient = createClient(config.publicUrl, config);

  async function answered<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await tryTwice(call);
    } catch (error) {
      if (error instanceof S3Error) throw error; // an answer, if not the one hoped for
      log.warn({ err: error }, "the image store does not answer");
      throw new ImageStoreUnavailableError("the image store does not answer", { cause: error });
    }
  }

  return {
    prepare: async () => {
      if (!(await answered(() => client.bucketExists(bucket)))) await answered(() => client.makeBucket(bucket, region));
      await answered(() => client.setBucketPolicy(bucket, JSON.stringify(readablePrefix(bucket))));
    },

    uploadForm: async ({ key, contentType, maxBytes, expiresAt }) => {
      // Making the form needs no store; the browser that is to use it does.
      await answered(() => client.bucketExists(bucket));
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
      const headers = { "Content-Type": contentType, "Cache-Control": oneYear };
      await answered(() => client.putObject(bucket, key, bytes, bytes.length, headers));
    },

    remove: (key) => answered(() => client.removeObject(bucket, key)),

    publicUrl: (key) => `${config.publicUrl.replace(/\/$/, "")}/${bucket}/${key}`,
  };
}

/** S3 answers with a 500 or 503 in passing, and means it as "try again". */
async function tryTwice<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof S3Error) throw error;
    await sleep(retryAfterMs);
    return call();
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
    if (error instanceof S3Error && (error.code === "NoSuchKey" || error.code === "NotFound")) return null;
    throw error;
  }
}

function createClient(url: string, { accessKey, secretKey }: ImageStoreConfig): Client {
  const { protocol, hostname, port } = new URL(url);
  const useSSL = protocol === "https:";
  return new Client({
    endPoint: hostname,
    port: port === "" ? (useSSL ? 443 : 80) : Number(port),
    useSSL,
    accessKey,
    secretKey,
    region,
    pathStyle: true,
    transport: {
      request: (options: RequestOptions, onResponse: (response: IncomingMessage) => void) =>
        (useSSL ? https : http).request({ ...options, signal: AbortSignal.timeout(tryMs) }, onResponse),
    } as ClientOptions["transport"],
    retryOptions: { disableRetry: true }, // the library's own speaks to the console
  });
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
