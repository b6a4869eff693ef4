import { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { S3Error } from "./errors";

/** What a request asks for, decoded and checked; its body stays with the message. */
export interface S3Request {
  readonly method: string;
  /** Decoded, as it goes into a signature. */
  readonly path: string;
  /** "" where the service itself is meant. */
  readonly bucket: string;
  /** "" where the bucket itself is meant. */
  readonly key: string;
  /** Decoded, in the order that they came in. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: IncomingHttpHeaders;
}

const maxKeyBytes = 1024;

/** @throws S3Error where it is not a path and query of this service */
export function parseRequest(message: IncomingMessage): S3Request {
  const target = message.url ?? "/";
  const [rawPath = "", ...rawQuery] = target.split("?");
  if (!rawPath.startsWith("/")) throw new S3Error("InvalidURI", "The request must name a path");
  const path = decode(rawPath);
  const [bucket = "", ...keyParts] = path.slice(1).split("/");
  const key = keyParts.join("/");
  if (path !== "/" && !isBucketName(bucket)) {
    throw new S3Error("InvalidBucketName", "The specified bucket is not valid");
  }
  return {
    method: message.method ?? "GET",
    path,
    bucket,
    key: key === "" ? "" : requireKey(key),
    query: rawQuery.join("?") === "" ? [] : rawQuery.join("?").split("&").map(parseParameter),
    headers: message.headers,
  };
}

export function parameter(request: S3Request, name: string): string | undefined {
  return request.query.find(([candidate]) => candidate === name)?.[1];
}

/** A header that a request carries at most once. */
export function header(request: S3Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

export function headerEntries(request: S3Request): [name: string, value: string][] {
  return Object.keys(request.headers).map((name) => [name, header(request, name) ?? ""]);
}

/** @throws S3Error for a key that is longer than S3 takes */
export function requireKey(key: string): string {
  if (Buffer.byteLength(key) > maxKeyBytes) throw new S3Error("KeyTooLongError", "The key is too long");
  return key;
}

/** S3's rules, which also make it safe as the name of a folder. */
function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..");
}

function parseParameter(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  const decodeForm = (part: string) => decode(part.replaceAll("+", " "));
  return at === -1 ? [decodeForm(text), ""] : [decodeForm(text.slice(0, at)), decodeForm(text.slice(at + 1))];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidURI", "The request's address cannot be decoded");
  }
}
