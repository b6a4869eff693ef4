import { notImplemented, S3Error } from "./errors";

/** What S3 keeps of an upload's headers or form fields and sends with the object, beside x-amz-meta-… */
const kept = new Set([
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
]);

/** What would change how an object is kept, were it not refused. */
const unsupported =
  /^(acl|tagging|success_action_redirect|redirect|if-(none-)?match|x-amz-(acl|grant-.*|tagging.*|object-lock-.*|server-side-encryption.*|website-.*|write-offset-bytes))$/;

const maxMetadataBytes = 2048;

/**
 * The headers to keep with an object.
 * @param given headers or form fields, in lower case
 * @throws S3Error for those that ask for what is not supported, are too long, or are no header's text
 */
export function headersToKeep(given: Iterable<readonly [name: string, value: string]>): Record<string, string> {
  const headers: Record<string, string> = { "content-type": "application/octet-stream" };
  let metadataBytes = 0;
  for (const [name, value] of given) {
    if (unsupported.test(name)) throw notImplemented(`${name} with an object`);
    if (name === "x-amz-storage-class" && value !== "STANDARD") throw notImplemented(`The storage class ${value}`);
    const isMetadata = name.startsWith("x-amz-meta-");
    if (!isMetadata && !kept.has(name)) continue;
    if (isMetadata) metadataBytes += Buffer.byteLength(name.slice("x-amz-meta-".length)) + Buffer.byteLength(value);
    if (!isHeaderValue(value) || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      throw new S3Error("InvalidArgument", `The value of ${name} cannot be sent as a header`);
    }
    if (value !== "") headers[name] = value;
  }
  if (metadataBytes > maxMetadataBytes) {
    throw new S3Error("MetadataTooLarge", `Metadata may have ${maxMetadataBytes} bytes at most`);
  }
  return headers;
}

/** HTTP sends one byte a character and no control characters. */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
