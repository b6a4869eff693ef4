import { BSONValue, deserialize, onDemand, serialize } from "bson";
import { CommandError } from "../errors";

/** A decoded BSON document; fields that are missing and fields that are undefined are told apart by Object.hasOwn. */
export type PlainDocument = Record<string, unknown>;

/** MongoDB's limit for one document: 16 MiB. */
export const maxDocumentBytes = 16 * 1024 * 1024;

/**
 * Numbers as JavaScript numbers (a Long beyond 2^53 stays a Long): what filters, sorts and pipelines work on.
 * @throws BSONError on malformed bytes
 */
export const decodePlain = (bytes: Uint8Array): PlainDocument => deserialize(bytes);

/**
 * Every value in its BSON type (Int32, Double, Long …), so that encoding it again gives the same bytes.
 * @throws BSONError on malformed bytes
 */
export const decodeTyped = (bytes: Uint8Array): PlainDocument =>
  deserialize(bytes, { promoteValues: false, bsonRegExp: true });

/** @throws CommandError BSONObjectTooLarge */
export function encode(document: PlainDocument): Buffer {
  const bytes = serialize(document, { ignoreUndefined: true });
  // The encoder cuts silently at its buffer of 17 MiB, yet tells the full length: the limit lies safely below.
  return requireStorable(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** Where a field stands in a document's BSON: all of it, and its value, which ends where all of it does. */
export interface Element {
  readonly name: string;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/** The fields of a document, none of their values decoded. @throws BSONError on malformed bytes */
export function elementsOf(document: Buffer): Element[] {
  return Array.from(onDemand.parseToElements(document), ([, nameOffset, nameLength, valueStart, length]) => ({
    name: document.toString("utf8", nameOffset, nameOffset + nameLength),
    start: nameOffset - 1, // the type comes before the name
    valueStart,
    end: valueStart + length,
  }));
}

/** A document of some of a document's fields. */
export function documentOf(document: Buffer, elements: readonly Element[]): Buffer {
  const fields = elements.map(({ start, end }) => document.subarray(start, end));
  const bytes = Buffer.concat([Buffer.alloc(4), ...fields, Buffer.alloc(1)]);
  bytes.writeInt32LE(bytes.length, 0);
  return bytes;
}

/** @throws CommandError BSONObjectTooLarge */
export function requireStorable(bytes: Buffer): Buffer {
  if (bytes.length <= maxDocumentBytes) return bytes;
  const message = `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${maxDocumentBytes}(16MB)`;
  throw new CommandError(10334, "BSONObjectTooLarge", message);
}

/** True for an embedded document, false for arrays, dates and the classes of BSON values. */
export function isDocument(value: unknown): value is PlainDocument {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof BSONValue) &&
    !(value instanceof Date) &&
    !(value instanceof RegExp)
  );
}

/** True for `{ $gt: 5 }`, a condition, as against `{ width: 5 }`, a value. */
export const isOperatorDocument = (value: unknown): value is PlainDocument =>
  isDocument(value) && Object.keys(value)[0]?.startsWith("$") === true;
