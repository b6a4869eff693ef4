import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { z } from "zod";
import { type BucketPolicy, parseBucketPolicy } from "../bucket-policy";
import { S3Error } from "../errors";
import { type Content } from "../payload";
import { isMissing, replaceFile } from "./files";
import { describeObjectFile, type OpenObject, openObjectFile, type StoredObject, writeObjectFile } from "./object-file";

/** What a listing shows of an object. */
export type ObjectSummary = Pick<StoredObject, "key" | "size" | "etag" | "lastModified">;

export interface NewObject {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where it is not the MD5 of the content. */
  readonly etag?: string;
}

export interface Bucket {
  readonly name: string;
  /** ISO 8601 */
  readonly createdAt: string;
  policy(): BucketPolicy | undefined;
  setPolicy(policy: BucketPolicy | undefined): void;
  summary(key: string): ObjectSummary | undefined;
  /** In the order of listings. It differs from S3's order of bytes only for characters beyond U+FFFF. */
  sortedKeys(): readonly string[];
  open(key: string): Promise<OpenObject | undefined>;
  /** Stores an object whole or, if the content ends by throwing, not at all; it replaces one of the same key. */
  put(object: NewObject, content: Content): Promise<ObjectSummary>;
  remove(key: string): void;
}

export interface Buckets {
  get(name: string): Bucket | undefined;
  list(): Bucket[];
  create(name: string): void;
  /** Removes an empty bucket. @returns false where it is not empty */
  remove(name: string): Promise<boolean>;
}

const bucketFile = z.object({ createdAt: z.string(), policy: z.string().optional() });
type BucketFile = z.infer<typeof bucketFile>;

/**
 * The buckets under a folder: `<bucket>/bucket.json`, and in `<bucket>/objects/` a file for each object, named by the hash of
 * its key (a key may be longer than a file's name, and differ from another by case alone). The list of keys is in memory.
 * @param incomingDir on the same file system, for what is not whole yet
 */
export function openBuckets({ dir, incomingDir, log }: { dir: string; incomingDir: string; log: Logger }): Buckets {
  const buckets = new Map<string, Bucket>();
  mkdirSync(dir, { recursive: true });
  for (const name of readdirSync(dir)) {
    const path = join(dir, name, "bucket.json");
    if (!existsSync(path)) continue; // it was being made
    const file = bucketFile.parse(JSON.parse(readFileSync(path, "utf8")));
    buckets.set(name, openBucket({ name, dir: join(dir, name), file, incomingDir, log }));
  }

  return {
    get: (name) => buckets.get(name),
    list: () => [...buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    create: (name) => {
      const bucketDir = join(dir, name);
      const file = { createdAt: new Date().toISOString() };
      mkdirSync(join(bucketDir, "objects"), { recursive: true });
      replaceFile(join(bucketDir, "bucket.json"), JSON.stringify(file));
      buckets.set(name, openBucket({ name, dir: bucketDir, file, incomingDir, log }));
    },
    remove: async (name) => {
      if ((buckets.get(name)?.sortedKeys().length ?? 0) > 0) return false;
      buckets.delete(name);
      const leaving = join(incomingDir, randomUUID());
      renameSync(join(dir, name), leaving);
      await rm(leaving, { recursive: true });
      return true;
    },
  };
}

function openBucket(options: {
  name: string;
  dir: string;
  file: BucketFile;
  incomingDir: string;
  log: Logger;
}): Bucket {
  const { name, dir, file, incomingDir, log } = options;
  let policy = file.policy === undefined ? undefined : parseBucketPolicy(file.policy, name);
  const objects = loadSummaries(join(dir, "objects"), log);
  let sorted: readonly string[] | undefined;
  const pathOf = (key: string) => join(dir, "objects", createHash("sha256").update(key).digest("hex"));

  return {
    name,
    createdAt: file.createdAt,
    policy: () => policy,
    setPolicy: (newPolicy) => {
      const changed: BucketFile = { createdAt: file.createdAt, policy: newPolicy?.text };
      replaceFile(join(dir, "bucket.json"), JSON.stringify(changed));
      policy = newPolicy;
    },
    summary: (key) => objects.get(key),
    sortedKeys: () => (sorted ??= [...objects.keys()].sort()),
    open: async (key) => {
      try {
        return objects.has(key) ? await openObjectFile(pathOf(key)) : undefined;
      } catch (error) {
        if (isMissing(error)) return undefined; // removed meanwhile
        throw error;
      }
    },
    put: async (object, content) => {
      const incoming = join(incomingDir, randomUUID());
      try {
        const { key, size, etag, lastModified } = await writeObjectFile(incoming, content, object);
        if (!existsSync(dir)) throw new S3Error("NoSuchBucket", "The bucket was removed meanwhile");
        // The file and the list change in one turn of the event loop, so that they cannot tell of different objects.
        renameSync(incoming, pathOf(key));
        if (!objects.has(key)) sorted = undefined;
        const summary = { key, size, etag, lastModified };
        objects.set(key, summary);
        return summary;
      } catch (error) {
        rmSync(incoming, { force: true });
        throw error;
      }
    },
    remove: (key) => {
      if (!objects.has(key)) return;
      unlinkSync(pathOf(key));
      objects.delete(key);
      sorted = undefined;
    },
  };
}

function loadSummaries(dir: string, log: Logger): Map<string, ObjectSummary> {
  const summaries = new Map<string, ObjectSummary>();
  for (const name of readdirSync(dir)) {
    try {
      const { key, size, etag, lastModified } = describeObjectFile(join(dir, name));
      summaries.set(key, { key, size, etag, lastModified });
    } catch (error) {
      log.warn({ err: error, file: join(dir, name) }, "left out an object that cannot be read");
    }
  }
  return summaries;
}
