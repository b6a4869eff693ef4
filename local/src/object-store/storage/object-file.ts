import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { type Readable } from "node:stream";
import { z } from "zod";
import { type Content } from "../payload";

// An object is one file: its bytes, then what is known of it as JSON, then the length of that JSON (4 bytes, big-endian).
// So one rename makes all of it appear together, and what is known (the MD5) need not be known before the bytes are.
const trailerLengthBytes = 4;

const description = z.object({
  key: z.string(),
  /** Of the content, in bytes. */
  size: z.number(),
  /** Without quotes. */
  etag: z.string(),
  /** ISO 8601 */
  lastModified: z.string(),
  /** Sent with it: content-type, cache-control, x-amz-meta-… */
  headers: z.record(z.string(), z.string()),
});

export type StoredObject = Readonly<z.infer<typeof description>>;

/** One object as it was when opened, whatever replaces it meanwhile. */
export interface OpenObject {
  readonly object: StoredObject;
  /** The bytes from `start` to `end`, both included and at least one. It closes the object when it ends. */
  read(start: number, end: number): Readable;
  /** All bytes. It closes the object when it ends. */
  content(): Content;
  close(): Promise<void>;
}

/**
 * Writes an object to a new file, on the disk when this returns.
 * @param etag of the content, where it is not its MD5
 */
export async function writeObjectFile(
  path: string,
  content: Content,
  object: { key: string; headers: Readonly<Record<string, string>>; etag?: string },
): Promise<StoredObject> {
  const file = await open(path, "wx");
  try {
    const md5 = createHash("md5");
    let size = 0;
    for await (const chunk of content) {
      md5.update(chunk);
      await writeAll(file, chunk);
      size += chunk.length;
    }
    const { key, headers, etag = md5.digest("hex") } = object;
    const stored: StoredObject = { key, size, etag, lastModified: new Date().toISOString(), headers };
    const json = Buffer.from(JSON.stringify(stored));
    const length = Buffer.alloc(trailerLengthBytes);
    length.writeUInt32BE(json.length);
    await writeAll(file, Buffer.concat([json, length]));
    await file.datasync();
    return stored;
  } finally {
    await file.close();
  }
}

/** @throws with code ENOENT where it is not there */
export async function openObjectFile(path: string): Promise<OpenObject> {
  const file = await open(path, "r");
  const object = parseTrailer(file.fd);
  return {
    object,
    read: (start, end) => file.createReadStream({ start, end }),
    content: async function* () {
      if (object.size > 0) yield* file.createReadStream({ end: object.size - 1 }) as Content;
      await file.close();
    },
    close: () => file.close(),
  };
}

/** @throws where the file is no whole object */
export function describeObjectFile(path: string): StoredObject {
  const fd = openSync(path, "r");
  try {
    return parseTrailer(fd);
  } finally {
    closeSync(fd);
  }
}

/** Read at once: it is a few hundred bytes, and from the page cache mostly. */
function parseTrailer(fd: number): StoredObject {
  const { size: fileSize } = fstatSync(fd);
  const length = Buffer.alloc(trailerLengthBytes);
  readSync(fd, length, 0, trailerLengthBytes, fileSize - trailerLengthBytes);
  const jsonLength = length.readUInt32BE();
  const contentSize = fileSize - trailerLengthBytes - jsonLength;
  if (contentSize < 0) throw new Error("not an object's file");
  const json = Buffer.alloc(jsonLength);
  readSync(fd, json, 0, jsonLength, contentSize);
  const object = description.parse(JSON.parse(json.toString()));
  if (object.size !== contentSize) throw new Error("an object's file of a wrong length");
  return object;
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
}
