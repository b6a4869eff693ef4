/**
 * Bytes as a string of one character (U+0000 to U+00FF) a byte. Nothing is decoded, so any value survives; such
 * strings serve as keys of a Map, cost one byte a character, and compare in the order in which Redis compares bytes.
 */
export type Bytes = string;

/** A status such as OK, which RESP tells apart from a string of bytes. */
export class Status {
  constructor(readonly text: string) {}
}

/** What a command answers when it is refused. The message starts with its code: "WRONGTYPE Operation against …". */
export class RedisError extends Error {}

/** RESP2's null array: what EXEC answers when a watched key was changed. */
export const nullArray = Symbol("null array");
/** The command has already pushed what it had to say, as SUBSCRIBE does. */
export const noReply = Symbol("no reply");

export type Reply =
  Bytes | number | bigint | null | Status | RedisError | typeof nullArray | typeof noReply | readonly Reply[];

export const ok = new Status("OK");

/** A reply as RESP2 puts it on the wire, one character a byte. */
export function encodeReply(reply: Reply): Bytes {
  if (typeof reply === "string") return `$${reply.length}\r\n${reply}\r\n`;
  if (typeof reply === "number" || typeof reply === "bigint") return `:${reply}\r\n`;
  if (reply === null) return "$-1\r\n";
  if (reply === nullArray) return "*-1\r\n";
  if (reply === noReply) return "";
  if (reply instanceof Status) return `+${singleLine(reply.text)}\r\n`;
  if (reply instanceof RedisError) return `-${singleLine(reply.message)}\r\n`;
  return `*${reply.length}\r\n${reply.map(encodeReply).join("")}`;
}

/** A command as a client would send it: an array of byte strings. */
export function encodeCommand(command: readonly Bytes[]): Bytes {
  return encodeReply(command);
}

function singleLine(text: Bytes): Bytes {
  return text.replace(/[\r\n]+/g, " ");
}
