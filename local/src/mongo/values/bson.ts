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

/** A field of a document in BSON: its name, its value, and both together as the document has them. */
export interface Element {
  readonly name: string;
  readonly value: Buffer;
  readonly bytes: Buffer;
}

/** The fields of a document, none of their values decoded. @throws BSONError on malformed bytes */
export function elementsOf(document: Buffer): Element[] {
  return Array.from(onDemand.parseToElements(document), ([, nameOffset, nameLength, offset, length]) => ({
    name: document.toString("utf8", nameOffset, nameOffset + nameLength),
    value: document.subarray(offset, offset + length),
    bytes: document.subarray(nameOffset - 1, offset + length),
  }));
}

/** A document of these fields. */
export function documentOf(elements: readonly Element[]): Buffer {
  const document = Buffer.concat([Buffer.alloc(4), ...elements.map(({ bytes }) => bytes), Buffer.alloc(1)]);
  document.writeInt32LE(document.length, 0);
  return document;
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
