import { createHash } from "node:crypto";
import { accessDenied, S3Error } from "./errors";
import { header, parameter, type S3Request } from "./request";
import {
  algorithm,
  type Credentials,
  parseAmzDate,
  parseScope,
  requireSignature,
  type Scope,
  scopeText,
} from "./signing-key";
import { uriEncode, uriEncodePath } from "./uri";

/** Whoever sent a request: the owner, or anybody. */
export type Caller =
  | { readonly kind: "ANONYMOUS" }
  /** `sha256` (hex) is what the body must hash to; undefined where the signature leaves the body open. */
  | { readonly kind: "OWNER"; readonly sha256: string | undefined };

interface Claim {
  readonly scope: Scope;
  /** As sent: yyyymmddThhmmssZ. */
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
  readonly signature: string;
}

const maxSkewMs = 15 * 60_000;
const maxLinkSeconds = 7 * 24 * 3600;
const unsignedPayload = "UNSIGNED-PAYLOAD";

/**
 * Tells who sends a request, by the V4 signature in its headers or its link.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 * @throws S3Error for a signature that is wrong, outdated, incomplete or of another version
 */
export function authenticate(request: S3Request, owner: Credentials): Caller {
  const authorization = header(request, "authorization");
  const isLink = parameter(request, "X-Amz-Algorithm") !== undefined;
  const isOldLink = parameter(request, "AWSAccessKeyId") !== undefined;
  if (authorization === undefined && !isLink && !isOldLink) return { kind: "ANONYMOUS" };
  if (authorization !== undefined && isLink) {
    throw new S3Error("InvalidArgument", "Only one of the Authorization header and a signed link may be used");
  }
  if (isOldLink || authorization?.startsWith("AWS ") === true) {
    throw new S3Error("InvalidRequest", `Only the authorization mechanism ${algorithm} is supported`);
  }
  const claim = authorization === undefined ? readLink(request) : readHeader(request, authorization);
  requireSignedHeaders(request, claim);
  const text = [algorithm, claim.date, scopeText(claim.scope), sha256(canonicalRequest(request, claim))].join("\n");
  requireSignature({ text, scope: claim.scope, signature: claim.signature, by: owner });
  return { kind: "OWNER", sha256: claim.payloadHash === unsignedPayload ? undefined : claim.payloadHash };
}

function readHeader(request: S3Request, authorization: string): Claim {
  const match = /^AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([^,\s]+)$/.exec(
    authorization,
  );
  if (match === null) {
    throw new S3Error("AuthorizationHeaderMalformed", "The authorization header is malformed");
  }
  const [, credential = "", signedHeaders = "", signature = ""] = match;
  const scope = parseScope(credential, "AuthorizationHeaderMalformed");
  const date = header(request, "x-amz-date") ?? "";
  const sentAtMs = parseAmzDate(date);
  if (Number.isNaN(sentAtMs)) throw accessDenied("A signed request needs a valid x-amz-date header");
  if (Math.abs(Date.now() - sentAtMs) > maxSkewMs) {
    throw new S3Error("RequestTimeTooSkewed", "The difference between the request's time and ours is too large");
  }
  requireDay(scope, date, "AuthorizationHeaderMalformed");
  const payloadHash = header(request, "x-amz-content-sha256");
  if (payloadHash === undefined) throw new S3Error("InvalidRequest", "Missing header: x-amz-content-sha256");
  return { scope, date, signedHeaders: signedHeaders.split(";"), payloadHash: requireHash(payloadHash), signature };
}

function readLink(request: S3Request): Claim {
  const malformed = (message: string) => new S3Error("AuthorizationQueryParametersError", message);
  const need = (name: string): string => {
    const value = parameter(request, name);
    if (value === undefined) throw malformed(`A signed link needs ${name}`);
    return value;
  };
  if (need("X-Amz-Algorithm") !== algorithm) throw malformed(`X-Amz-Algorithm must be ${algorithm}`);
  const scope = parseScope(need("X-Amz-Credential"), "AuthorizationQueryParametersError");
  const date = need("X-Amz-Date");
  const madeAtMs = parseAmzDate(date);
  if (Number.isNaN(madeAtMs)) throw malformed("X-Amz-Date must be yyyymmddThhmmssZ");
  requireDay(scope, date, "AuthorizationQueryParametersError");
  const expires = need("X-Amz-Expires");
  if (!/^\d{1,6}$/.test(expires) || Number(expires) > maxLinkSeconds) {
    throw malformed(`X-Amz-Expires must be a number of seconds up to ${maxLinkSeconds}`);
  }
  if (madeAtMs - Date.now() > maxSkewMs) throw accessDenied("Request is not valid yet");
  if (Date.now() > madeAtMs + Number(expires) * 1000) throw accessDenied("Request has expired");
  const payloadHash = header(request, "x-amz-content-sha256") ?? parameter(request, "X-Amz-Content-Sha256");
  return {
    scope,
    date,
    signedHeaders: need("X-Amz-SignedHeaders").split(";"),
    payloadHash: requireHash(payloadHash ?? unsignedPayload),
    signature: need("X-Amz-Signature"),
  };
}

function requireDay(
  scope: Scope,
  date: string,
  malformed: "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError",
) {
  if (date.slice(0, 8) !== scope.day) throw new S3Error(malformed, "The credential's date is not that of the request");
}

function requireHash(payloadHash: string): string {
  if (payloadHash.startsWith("STREAMING-")) {
    throw new S3Error("NotImplemented", `${payloadHash} is not supported by this development server`);
  }
  if (payloadHash !== unsignedPayload && !/^[0-9a-f]{64}$/.test(payloadHash)) {
    throw new S3Error("InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a SHA-256 in hex");
  }
  return payloadHash;
}

/** What a signature does not cover could have been added on the way: S3 wants the host and all of its own headers in it. */
function requireSignedHeaders(request: S3Request, { signedHeaders }: Claim): void {
  const needed = Object.keys(request.headers).filter((name) => name.startsWith("x-amz-"));
  const missing = ["host", ...needed].filter((name) => !signedHeaders.includes(name));
  if (missing.length > 0) {
    throw accessDenied(`There were headers present in the request which were not signed: ${missing.join(", ")}`);
  }
}

function canonicalRequest(request: S3Request, { signedHeaders, payloadHash }: Claim): string {
  const query = request.query
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
    .sort();
  const headers = signedHeaders.map((name) => {
    const value = header(request, name) ?? "";
    return `${name}:${value.trim().replace(/ +/g, " ")}\n`;
  });
  return [
    request.method,
    uriEncodePath(request.path),
    query.join("&"),
    headers.join(""),
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
