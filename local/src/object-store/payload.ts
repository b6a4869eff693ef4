import { createHash } from "node:crypto";
import { type IncomingMessage } from "node:http";
import { notImplemented, S3Error } from "./errors";
import { header, type S3Request } from "./request";
import { type Caller } from "./signature";

/** One object or part by one request. S3 takes 5 GiB; this is for one machine's disk. */
export const maxObjectBytes = 1024 ** 3;

/** Parts of the body, in order; ends by throwing where the body is not what was announced. */
export type Content = AsyncIterable<Buffer>;

/**
 * A request's body, held to its announced length, its signed SHA-256 and its Content-MD5. Whoever reads it must not keep
 * what came if it throws.
 * @throws S3Error at once where the length is not announced or is above `maxBytes`
 */
export function payloadOf(request: S3Request, message: IncomingMessage, caller: Caller, maxBytes: number): Content {
  const announced = header(request, "content-length");
  if (announced === undefined) throw new S3Error("MissingContentLength", "A Content-Length header is needed");
  if (Number(announced) > maxBytes) throw tooLarge();
  if (/aws-chunked/i.test(header(request, "content-encoding") ?? "")) throw notImplemented("aws-chunked encoding");
  const checksum = Object.keys(request.headers).find((name) => /^x-amz-(checksum-|sdk-checksum|trailer)/.test(name));
  if (checksum !== undefined) throw notImplemented(`The header ${checksum}`);
  const md5 = header(request, "content-md5");
  if (md5 !== undefined && !/^[A-Za-z0-9+/]{22}==$/.test(md5)) {
    throw new S3Error("InvalidDigest", "Content-MD5 must be an MD5 in base64");
  }
  return checked(message, {
    length: Number(announced),
    sha256: caller.kind === "OWNER" ? caller.sha256 : undefined,
    md5,
  });
}

/** @throws S3Error as `payloadOf`, and where the body is not what was announced */
export async function readPayload(
  request: S3Request,
  message: IncomingMessage,
  caller: Caller,
  maxBytes: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of payloadOf(request, message, caller, maxBytes)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export function tooLarge(): S3Error {
  return new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
}

/** The chunks of a stream. Leaving early keeps the connection, over which the refusal is still to be sent. */
export function chunksOf(message: IncomingMessage): Content {
  return { [Symbol.asyncIterator]: () => message.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer> };
}

async function* checked(
  message: IncomingMessage,
  expected: { length: number; sha256: string | undefined; md5: string | undefined },
): AsyncGenerator<Buffer> {
  const sha256 = expected.sha256 === undefined ? undefined : createHash("sha256");
  const md5 = expected.md5 === undefined ? undefined : createHash("md5");
  let length = 0;
  for await (const chunk of chunksOf(message)) {
    length += chunk.length;
    sha256?.update(chunk);
    md5?.update(chunk);
    yield chunk;
  }
  if (length !== expected.length) throw new S3Error("IncompleteBody", "The body is not as long as was announced");
  if (sha256 !== undefined && sha256.digest("hex") !== expected.sha256) {
    throw new S3Error("XAmzContentSHA256Mismatch", "The body does not match x-amz-content-sha256");
  }
  if (md5 !== undefined && md5.digest("base64") !== expected.md5) {
    throw new S3Error("BadDigest", "The body does not match Content-MD5");
  }
}
