import { fstatSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";

/**
 * What a journal is made of. On disk: length of the body (uint32 LE), CRC-32 of the body (uint32 LE), body; the body is
 * one byte of kind and the BSON.
 */
export interface JournalRecord {
  readonly kind: RecordKind;
  readonly bson: Buffer;
}

/** The collection's own name first, then changes. A document's record replaces an earlier one of the same _id. */
export const recordKinds = { namespace: 1, put: 2, remove: 3, createIndex: 4, dropIndex: 5 } as const;
export type RecordKind = (typeof recordKinds)[keyof typeof recordKinds];

const headerBytes = 8;
/** A body longer than the largest document (16 MiB) is damage, not a record to allocate memory for. */
const maxBodyBytes = 17 * 1024 * 1024;
const readChunkBytes = 4 * 1024 * 1024;

/** What a document of this many BSON bytes takes in a journal. */
export const recordBytes = (bsonBytes: number) => headerBytes + 1 + bsonBytes;

export function encodeRecord({ kind, bson }: JournalRecord): Buffer {
  const record = Buffer.allocUnsafe(recordBytes(bson.length));
  record.writeUInt32LE(bson.length + 1, 0);
  record[headerBytes] = kind;
  bson.copy(record, headerBytes + 1);
  record.writeUInt32LE(crc32(record.subarray(headerBytes)), 4);
  return record;
}

/**
 * Reads records from the start of a file until its end or the first that is not whole.
 * @returns where the last whole record ends, and the file's size
 */
export function readRecords(file: number, onRecord: (record: JournalRecord) => void) {
  const totalBytes = fstatSync(file).size;
  let endBytes = 0;
  let pending: Buffer = Buffer.alloc(0);
  let positionBytes = 0;
  for (;;) {
    const record = firstRecord(pending);
    if (record !== undefined) {
      onRecord(record);
      endBytes += recordBytes(record.bson.length);
      pending = pending.subarray(recordBytes(record.bson.length));
      continue;
    }
    if (pending.length > maxBodyBytes + headerBytes) break;
    const chunk = Buffer.allocUnsafe(Math.min(readChunkBytes, totalBytes - positionBytes));
    const count = chunk.length === 0 ? 0 : readSync(file, chunk, 0, chunk.length, positionBytes);
    if (count === 0) break;
    positionBytes += count;
    pending = Buffer.concat([pending, chunk.subarray(0, count)]);
  }
  return { endBytes, totalBytes };
}

function firstRecord(bytes: Buffer): JournalRecord | undefined {
  if (bytes.length < headerBytes) return undefined;
  const bodyBytes = bytes.readUInt32LE(0);
  if (bodyBytes < 1 || bodyBytes > maxBodyBytes || bytes.length < headerBytes + bodyBytes) return undefined;
  const body = bytes.subarray(headerBytes, headerBytes + bodyBytes);
  if (crc32(body) !== bytes.readUInt32LE(4)) return undefined;
  // A copy: the record must not keep the whole chunk in memory.
  return { kind: body[0] as RecordKind, bson: Buffer.from(body.subarray(1)) };
}
