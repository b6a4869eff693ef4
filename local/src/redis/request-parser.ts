import { type Bytes } from "./reply";

const maxBulkBytes = 64 * 1024 * 1024;
const maxRequestBytes = 128 * 1024 * 1024;
const maxArguments = 1024 * 1024;
const maxLineBytes = 64 * 1024;
const lineFeed = 10;

/** The sender does not speak the protocol; what follows on its connection cannot be understood. */
export class ProtocolError extends Error {}

export interface RequestParser {
  feed(chunk: Buffer): void;
  /** The next whole request; undefined when more bytes are needed. */
  next(): Bytes[] | ProtocolError | undefined;
  /** Bytes that the requests given so far took up: where the first unfinished one begins. */
  readonly position: number;
}

/**
 * Reads RESP requests (and inline ones, as typed into a terminal) from chunks that may end anywhere. A long argument
 * is waited for and joined once, so the work is linear in the bytes received.
 */
export function createRequestParser(): RequestParser {
  let chunks: Buffer[] = [];
  let buffered = 0;
  let buffer = Buffer.alloc(0);
  let offset = 0;
  /** Bytes that must be there before it is worth looking again. */
  let needed = 1;

  let args: Bytes[] = [];
  let argumentsLeft = 0;
  let bulkBytes: number | undefined;
  let requestBytes = 0;
  let position = 0;

  function gather(): boolean {
    if (buffer.length - offset + buffered < needed) return false;
    if (buffered > 0) {
      buffer = Buffer.concat([buffer.subarray(offset), ...chunks]);
      offset = 0;
      chunks = [];
      buffered = 0;
    }
    return true;
  }

  function consume(bytes: number): void {
    offset += bytes;
    requestBytes += bytes;
    needed = 1;
  }

  function readLine(): Bytes | ProtocolError | undefined {
    const end = buffer.indexOf(lineFeed, offset);
    const length = (end === -1 ? buffer.length : end) - offset;
    if (length > maxLineBytes) return new ProtocolError("too big inline request");
    if (end === -1) {
      needed = length + 1;
      return undefined;
    }
    const line = buffer.toString("latin1", offset, end).replace(/\r$/, "");
    consume(length + 1);
    return line;
  }

  function readBulk(): Bytes | ProtocolError | undefined {
    if (bulkBytes === undefined) {
      const line = readLine();
      if (line === undefined || line instanceof ProtocolError) return line;
      if (!line.startsWith("$")) return new ProtocolError(`expected '$', got '${line.slice(0, 1)}'`);
      const length = parseLength(line);
      if (length === undefined || length < 0 || length > maxBulkBytes) return new ProtocolError("invalid bulk length");
      if (requestBytes + length > maxRequestBytes) return new ProtocolError("too big request");
      bulkBytes = length;
    }
    needed = bulkBytes + 2;
    if (buffer.length - offset < needed) return undefined;
    const bulk = buffer.toString("latin1", offset, offset + bulkBytes);
    consume(bulkBytes + 2);
    bulkBytes = undefined;
    return bulk;
  }

  /** The head of a request: how many arguments follow, or the arguments themselves when it was typed inline. */
  function readHead(): ProtocolError | undefined {
    const line = readLine();
    if (line === undefined || line instanceof ProtocolError) return line;
    if (!line.startsWith("*")) {
      args = line.split(/\s+/).filter((word) => word !== "");
      // A web page can make a browser send this much of HTTP to a local port; nothing after it may be obeyed.
      if (/^(post|host:)$/i.test(args[0] ?? "")) return new ProtocolError("this is HTTP");
      return undefined;
    }
    const count = parseLength(line);
    if (count === undefined || count > maxArguments) return new ProtocolError("invalid multibulk length");
    argumentsLeft = Math.max(0, count);
    return undefined;
  }

  function next(): Bytes[] | ProtocolError | undefined {
    while (gather()) {
      const before = offset;
      if (argumentsLeft === 0) {
        const error = readHead();
        if (error !== undefined) return error;
      } else {
        const argument = readBulk();
        if (argument instanceof ProtocolError) return argument;
        if (argument !== undefined) {
          args.push(argument);
          argumentsLeft -= 1;
        }
      }
      if (offset === before) continue;
      if (argumentsLeft > 0) continue;
      const request = args;
      position += requestBytes;
      args = [];
      requestBytes = 0;
      if (request.length > 0) return request;
    }
    return undefined;
  }

  return {
    feed: (chunk) => {
      chunks.push(chunk);
      buffered += chunk.length;
    },
    next,
    get position() {
      return position;
    },
  };
}

function parseLength(line: Bytes): number | undefined {
  return /^.-?\d{1,10}$/.test(line) ? Number(line.slice(1)) : undefined;
}
