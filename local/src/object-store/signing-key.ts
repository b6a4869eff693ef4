import { createHmac, timingSafeEqual } from "node:crypto";
import { S3Error, type S3ErrorCode } from "./errors";

/** The one owner of everything in the store. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** What a V4 signature is limited to: one day, region and service. */
export interface Scope {
  readonly accessKey: string;
  /** yyyymmdd */
  readonly day: string;
  readonly region: string;
}

export const algorithm = "AWS4-HMAC-SHA256";

/**
 * Parses `accessKey/yyyymmdd/region/s3/aws4_request`.
 * @param malformed the code for anything else, which differs between headers, links and forms
 */
export function parseScope(credential: string, malformed: S3ErrorCode): Scope {
  const match = /^(.+)\/(\d{8})\/([a-z0-9-]+)\/s3\/aws4_request$/.exec(credential);
  if (match === null) {
    throw new S3Error(malformed, "The credential must be <access key>/<yyyymmdd>/<region>/s3/aws4_request");
  }
  const [, accessKey = "", day = "", region = ""] = match;
  return { accessKey, day, region };
}

export function scopeText({ day, region }: Scope): string {
  return `${day}/${region}/s3/aws4_request`;
}

/**
 * Compares a signature of a text with what the owner's secret key gives for it.
 * @throws S3Error InvalidAccessKeyId or SignatureDoesNotMatch
 */
export function requireSignature(signed: { text: string; scope: Scope; signature: string; by: Credentials }): void {
  const { text, scope, signature, by } = signed;
  if (scope.accessKey !== by.accessKey) {
    throw new S3Error("InvalidAccessKeyId", "The access key that was given is not known");
  }
  const expected = Buffer.from(hmac(signingKey(by.secretKey, scope), text).toString("hex"));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new S3Error("SignatureDoesNotMatch", "The signature does not match the request and the secret key");
  }
}

function signingKey(secretKey: string, { day, region }: Scope): Buffer {
  return [day, region, "s3", "aws4_request"].reduce<Buffer>(hmac, Buffer.from(`AWS4${secretKey}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** @param text yyyymmddThhmmssZ @returns milliseconds since 1970, or NaN */
export function parseAmzDate(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return NaN;
  const [, year = "", month = "", day = "", hours = "", minutes = "", seconds = ""] = match;
  return Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
}
