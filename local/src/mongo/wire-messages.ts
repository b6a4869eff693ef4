import { decodePlain, decodeTyped, elementsOf, encode, type PlainDocument } from "./values/bson";

/** MongoDB's limit for one message: 48 MB. */
export const maxMessageBytes = 48_000_000;

const headerBytes = 16;
const opCodes = { reply: 1, query: 2004, message: 2013 } as const;
const flags = { checksumPresent: 1, moreToCome: 2 } as const;
/** Flag bits of OP_MSG below this must be understood, or the message refused. */
const requiredFlagBits = 0xffff;

/** A client's command, its BSON not decoded yet. */
export interface Request {
  readonly requestId: number;
  /**
   * The command with plain numbers: its name is the first field, `$db` names the database.
   * @throws BSONError on malformed BSON, SyntaxError on a regular expression that JavaScript does not know
   */
  plainCommand(): PlainDocument;
  /** The same command with every value in its BSON type: what is stored comes from here. */
  typedCommand(): PlainDocument;
  /** The documents of one of the command's fields, as they came: of a list in the command or of a sequence beside it. */
  documentsOf(field: string): readonly Buffer[];
  /** False for an unacknowledged write: the client reads no answer. */
  readonly expectsReply: boolean;
  readonly isLegacyQuery: boolean;
}

/** Bytes that are no message of the protocol: the connection they came over cannot go on. */
export class ProtocolError extends Error {}

/**
 * The length of the message that starts here, undefined if that has not arrived yet.
 * @throws ProtocolError if it is impossible
 */
export function messageLength(bytes: Buffer): number | undefined {
  if (bytes.length < 4) return undefined;
  const length = bytes.readInt32LE(0);
  if (length < headerBytes || length > maxMessageBytes) throw new ProtocolError(`message of ${length} bytes`);
  return length;
}

/** @throws ProtocolError, or RangeError where a length leads beyond the message */
export function parseRequest(message: Buffer): Request {
  const requestId = message.readInt32LE(4);
  const opCode = message.readInt32LE(12);
  if (opCode === opCodes.message) return parseMessage(requestId, message);
  if (opCode === opCodes.query) return parseQuery(requestId, message);
  throw new ProtocolError(`opcode ${opCode} is not supported`);
}

function parseMessage(requestId: number, message: Buffer): Request {
  const flagBits = message.readUInt32LE(headerBytes);
  if ((flagBits & requiredFlagBits & ~(flags.checksumPresent | flags.moreToCome)) !== 0) {
    throw new ProtocolError(`flags ${flagBits}`);
  }
  const end = message.length - (flagBits & flags.checksumPresent ? 4 : 0);
  let body: Buffer | undefined;
  const sequences = new Map<string, Buffer[]>();
  let offset = headerBytes + 4;
  while (offset < end) {
    const kind = message[offset];
    const size = message.readInt32LE(offset + 1);
    const section = message.subarray(offset + 1, offset + 1 + size);
    if (size < 5 || offset + 1 + size > end) throw new ProtocolError("a section beyond the message");
    if (kind === 0 && body === undefined) body = section;
    else if (kind === 1) addSequence(sequences, section);
    else throw new ProtocolError(`section of kind ${String(kind)}`);
    offset += 1 + size;
  }
  if (body === undefined) throw new ProtocolError("no body section");
  const decodeWith = (decode: (bytes: Buffer) => PlainDocument, bytes: Buffer): PlainDocument => ({
    ...decode(bytes),
    ...Object.fromEntries([...sequences].map(([name, documents]) => [name, documents.map(decode)])),
  });
  const bodyBytes = body;
  return {
    requestId,
    plainCommand: () => decodeWith(decodePlain, bodyBytes),
    typedCommand: () => decodeWith(decodeTyped, bodyBytes),
    documentsOf: (field) => sequences.get(field) ?? listedDocuments(bodyBytes, field),
    expectsReply: (flagBits & flags.moreToCome) === 0,
    isLegacyQuery: false,
  };
}

/** The documents of an array that is a field of a document. */
function listedDocuments(bytes: Buffer, field: string): Buffer[] {
  const list = elementsOf(bytes).find(({ name }) => name === field);
  if (list === undefined) return [];
  const listed = bytes.subarray(list.valueStart, list.end);
  return elementsOf(listed).map(({ valueStart, end }) => listed.subarray(valueStart, end));
}

/** A document sequence: size, name, then documents end to end. */
function addSequence(sequences: Map<string, Buffer[]>, section: Buffer): void {
  const nameEnd = section.indexOf(0, 4);
  if (nameEnd < 0) throw new ProtocolError("a sequence without a name");
  const documents: Buffer[] = [];
  for (let offset = nameEnd + 1; offset < section.length;) {
    const size = section.readInt32LE(offset);
    if (size < 5 || offset + size > section.length) throw new ProtocolError("a document beyond its sequence");
    documents.push(section.subarray(offset, offset + size));
    offset += size;
  }
  sequences.set(section.toString("utf8", 4, nameEnd), documents);
}

/** OP_QUERY, with which a driver still sends its first hello: flags, namespace, skip, count, document. */
function parseQuery(requestId: number, message: Buffer): Request {
  const nameEnd = message.indexOf(0, headerBytes + 4);
  if (nameEnd < 0) throw new ProtocolError("a query without a namespace");
  const [database = ""] = message.toString("utf8", headerBytes + 4, nameEnd).split(".");
  const bytes = message.subarray(nameEnd + 9);
  return {
    requestId,
    plainCommand: () => ({ ...decodePlain(bytes), $db: database }),
    typedCommand: () => decodeTyped(bytes),
    documentsOf: (field) => listedDocuments(bytes, field),
    expectsReply: true,
    isLegacyQuery: true,
  };
}

/** The message that answers a request. */
export function encodeReply(request: Request, body: Buffer): Buffer {
  const prefix = Buffer.alloc(request.isLegacyQuery ? headerBytes + 20 : headerBytes + 5);
  prefix.writeInt32LE(prefix.length + body.length, 0);
  prefix.writeInt32LE(request.requestId, 8);
  prefix.writeInt32LE(request.isLegacyQuery ? opCodes.reply : opCodes.message, 12);
  // OP_REPLY: flags (AwaitCapable), cursor, position, count of documents. OP_MSG: flags, then the kind of section, 0.
  if (request.isLegacyQuery) {
    prefix.writeInt32LE(8, headerBytes);
    prefix.writeInt32LE(1, headerBytes + 16);
  }
  return Buffer.concat([prefix, body]);
}

/** A part of a reply that is BSON already: a document, or an array of documents. */
export type RawPart = Buffer | readonly Buffer[];

/** Encodes a reply, with one of its fields (a path of one or two names) taken over from BSON that is there. */
export function encodeWithRaw(document: PlainDocument, path: readonly string[], raw: RawPart): Buffer {
  const [name = "", ...rest] = path;
  const { [name]: nested, ...others } = document;
  const inner = rest.length > 0 ? encodeWithRaw(nested as PlainDocument, rest, raw) : rawValue(raw);
  const isArray = rest.length === 0 && !Buffer.isBuffer(raw);
  const outer = encode(others);
  const field = Buffer.from(`${isArray ? "\u0004" : "\u0003"}${name}\0`);
  // Before the closing zero byte of the outer document.
  const encoded = Buffer.concat([outer.subarray(0, -1), field, inner, Buffer.alloc(1)]);
  encoded.writeInt32LE(encoded.length, 0);
  return encoded;
}

function rawValue(raw: RawPart): Buffer {
  if (Buffer.isBuffer(raw)) return raw;
  const elements = (raw as readonly Buffer[]).flatMap((document, index) => [Buffer.from(`\u0003${index}\0`), document]);
  const array = Buffer.concat([Buffer.alloc(4), ...elements, Buffer.alloc(1)]);
  array.writeInt32LE(array.length, 0);
  return array;
}
