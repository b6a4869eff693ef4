import { createHash, randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { z } from "zod";
import { S3Error } from "../errors";
import { type Content } from "../payload";
import { isMissing, replaceFile } from "./files";
import { describeObjectFile, openObjectFile, type StoredObject, writeObjectFile } from "./object-file";

const uploadFile = z.object({
  id: z.string(),
  bucket: z.string(),
  key: z.string(),
  /** ISO 8601 */
  startedAt: z.string(),
  headers: z.record(z.string(), z.string()),
});

export type Part = Pick<StoredObject, "size" | "etag" | "lastModified">;

/** An object that is being uploaded in parts. */
export interface Upload extends Readonly<z.infer<typeof uploadFile>> {
  readonly parts: ReadonlyMap<number, Part>;
  putPart(number: number, content: Content): Promise<Part>;
  /** The bytes of these parts, one after the other. */
  contentOf(numbers: readonly number[]): Content;
}

export interface Uploads {
  get(id: string): Upload | undefined;
  /** In the order of listings: by key, then by age. */
  list(bucket: string): Upload[];
  start(object: { bucket: string; key: string; headers: Readonly<Record<string, string>> }): Upload;
  /** Forgets an upload, completed or not, and removes its parts. */
  remove(id: string): Promise<void>;
}

/** Uploads under a folder: `<id>/upload.json` and a file for each part, named by its number. */
export function openUploads({ dir, incomingDir, log }: { dir: string; incomingDir: string; log: Logger }): Uploads {
  const uploads = new Map<string, Upload>();
  mkdirSync(dir, { recursive: true });
  for (const id of readdirSync(dir)) {
    const path = join(dir, id, "upload.json");
    if (!existsSync(path)) continue; // it was being made, or removed
    const file = uploadFile.parse(JSON.parse(readFileSync(path, "utf8")));
    uploads.set(id, openUpload({ dir: join(dir, id), file, incomingDir, log }));
  }

  return {
    get: (id) => uploads.get(id),
    list: (bucket) =>
      [...uploads.values()]
        .filter((upload) => upload.bucket === bucket)
        .sort((a, b) => (`${a.key}\0${a.startedAt}` < `${b.key}\0${b.startedAt}` ? -1 : 1)),
    start: (object) => {
      const id = randomBytes(16).toString("hex");
      const file = { ...object, id, startedAt: new Date().toISOString() };
      mkdirSync(join(dir, id));
      replaceFile(join(dir, id, "upload.json"), JSON.stringify(file));
      const upload = openUpload({ dir: join(dir, id), file, incomingDir, log });
      uploads.set(id, upload);
      return upload;
    },
    remove: async (id) => {
      if (!uploads.delete(id)) return;
      const leaving = join(incomingDir, randomUUID());
      renameSync(join(dir, id), leaving);
      await rm(leaving, { recursive: true });
    },
  };
}

function openUpload(options: {
  dir: string;
  file: z.infer<typeof uploadFile>;
  incomingDir: string;
  log: Logger;
}): Upload {
  const { dir, file, incomingDir, log } = options;
  const parts = loadParts(dir, log);
  const pathOf = (number: number) => join(dir, String(number));
  return {
    ...file,
    parts,
    putPart: async (number, content) => {
      const incoming = join(incomingDir, randomUUID());
      try {
        const part = await writeObjectFile(incoming, content, { key: file.key, headers: {} });
        if (!existsSync(dir)) throw noSuchUpload();
        renameSync(incoming, pathOf(number));
        parts.set(number, part);
        return part;
      } catch (error) {
        rmSync(incoming, { force: true });
        throw error;
      }
    },
    contentOf: async function* (numbers) {
      for (const number of numbers) {
        const part = await openObjectFile(pathOf(number)).catch((error: unknown) => {
          throw isMissing(error) ? noSuchUpload() : error; // completed or aborted meanwhile
        });
        yield* part.content();
      }
    },
  };
}

function loadParts(dir: string, log: Logger): Map<number, Part> {
  const parts = new Map<number, Part>();
  for (const name of readdirSync(dir).filter((candidate) => /^\d+$/.test(candidate))) {
    try {
      parts.set(Number(name), describeObjectFile(join(dir, name)));
    } catch (error) {
      log.warn({ err: error, file: join(dir, name) }, "left out a part that cannot be read");
    }
  }
  return parts;
}

export function noSuchUpload(): S3Error {
  return new S3Error("NoSuchUpload", "The specified upload does not exist");
}

/** S3's ETag of an object that came in parts: the MD5 of their MD5s, and how many they were. */
export function multipartEtag(parts: readonly Part[]): string {
  const md5 = createHash("md5");
  for (const { etag } of parts) md5.update(Buffer.from(etag, "hex"));
  return `${md5.digest("hex")}-${parts.length}`;
}
