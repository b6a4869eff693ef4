import { invalidArgument } from "../errors";
import { type Operation, requireBucket, xmlAnswer } from "../operation";
import { parameter, type S3Request } from "../request";
import { type Bucket, type ObjectSummary } from "../storage/buckets";
import { uriEncodePath } from "../uri";
import { element, type Xml, xmlDocument } from "../xml";

const maxKeysOfOnePage = 1000;

interface Listing {
  readonly objects: readonly ObjectSummary[];
  /** Where a delimiter folds keys together. */
  readonly commonPrefixes: readonly string[];
  /** The last key or prefix on this page, where more follow. */
  readonly next: string | undefined;
}

/** Lists objects, versions 1 (by marker) and 2 (by continuation token). */
export const listObjects: Operation = (context) => {
  const { request } = context;
  const bucket = requireBucket(context);
  const isVersion2 = parameter(request, "list-type") === "2";
  const prefix = parameter(request, "prefix") ?? "";
  const delimiter = parameter(request, "delimiter") ?? "";
  const maxKeys = parseMaxKeys(request);
  const token = parameter(request, "continuation-token");
  const after = isVersion2
    ? (decodeToken(token) ?? parameter(request, "start-after") ?? "")
    : (parameter(request, "marker") ?? "");
  const { objects, commonPrefixes, next } = list(bucket, { prefix, delimiter, maxKeys, after });

  // Asked for by clients, since XML cannot carry every character of a key.
  const encode = parameter(request, "encoding-type") === "url" ? uriEncodePath : (text: string) => text;
  const paging: Xml[] = isVersion2
    ? [
        element("KeyCount", objects.length + commonPrefixes.length),
        element("StartAfter", optional(parameter(request, "start-after"), encode)),
        element("ContinuationToken", token),
        element("NextContinuationToken", optional(next, encodeToken)),
      ]
    : [element("Marker", encode(after)), element("NextMarker", optional(next, encode))];
  return xmlAnswer(
    xmlDocument("ListBucketResult", [
      element("Name", bucket.name),
      element("Prefix", encode(prefix)),
      element("Delimiter", delimiter === "" ? undefined : encode(delimiter)),
      element("MaxKeys", maxKeys),
      element("EncodingType", parameter(request, "encoding-type")),
      element("IsTruncated", next !== undefined),
      ...paging,
      ...objects.map(({ key, size, etag, lastModified }) =>
        element("Contents", [
          element("Key", encode(key)),
          element("LastModified", lastModified),
          element("ETag", `"${etag}"`),
          element("Size", size),
          element("StorageClass", "STANDARD"),
        ]),
      ),
      ...commonPrefixes.map((text) => element("CommonPrefixes", [element("Prefix", encode(text))])),
    ]),
  );
};

function list(
  bucket: Bucket,
  { prefix, delimiter, maxKeys, after }: { prefix: string; delimiter: string; maxKeys: number; after: string },
): Listing {
  const keys = bucket.sortedKeys();
  const objects: ObjectSummary[] = [];
  const commonPrefixes: string[] = [];
  let last = "";
  for (let index = firstIndexFrom(keys, prefix > after ? prefix : after); index < keys.length; index += 1) {
    const key = keys[index] ?? "";
    if (!key.startsWith(prefix)) break;
    const delimiterAt = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const entry = delimiterAt === -1 ? key : key.slice(0, delimiterAt + delimiter.length);
    // A folded prefix stands for all its keys: they were given when it was.
    if (entry <= after || entry === commonPrefixes.at(-1)) continue;
    if (objects.length + commonPrefixes.length === maxKeys) {
      return { objects, commonPrefixes, next: maxKeys === 0 ? undefined : last };
    }
    last = entry;
    const summary = bucket.summary(key);
    if (delimiterAt !== -1) commonPrefixes.push(entry);
    else if (summary !== undefined) objects.push(summary);
  }
  return { objects, commonPrefixes, next: undefined };
}

/** @returns the index of the first key that is not before `from`, by halving */
function firstIndexFrom(keys: readonly string[], from: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? "") < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function parseMaxKeys(request: S3Request): number {
  const text = parameter(request, "max-keys") ?? String(maxKeysOfOnePage);
  if (!/^\d{1,10}$/.test(text)) throw invalidArgument("max-keys must be a number from 0");
  return Math.min(Number(text), maxKeysOfOnePage);
}

function optional(text: string | undefined, map: (text: string) => string): string | undefined {
  return text === undefined ? undefined : map(text);
}

function encodeToken(key: string): string {
  return Buffer.from(key).toString("base64url");
}

function decodeToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const key = Buffer.from(token, "base64url").toString();
  if (key === "" || encodeToken(key) !== token) throw invalidArgument("The continuation token is not one of ours");
  return key;
}
