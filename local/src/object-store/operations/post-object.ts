import { S3Error } from "../errors";
import { receiveForm } from "../form";
import { headersToKeep } from "../object-headers";
import { type Answer, type Operation, requireBucket } from "../operation";
import { type Content, maxObjectBytes, tooLarge } from "../payload";
import { type LengthRange, requirePostPolicy } from "../post-policy";
import { requireKey } from "../request";
import { element, xmlDocument } from "../xml";
import { uriEncodePath } from "../uri";

/** Takes an upload by a browser's form. Anybody may send it: what it may do is in the policy that the owner signed. */
export const postObject: Operation = async (context) => {
  const { message, owner } = context;
  const bucket = requireBucket(context);
  const { fields, filename, file } = await receiveForm(message);
  const key = fields.get("key")?.replaceAll("${filename}", filename) ?? "";
  if (key === "") throw new S3Error("InvalidArgument", "A form needs the field key");
  const used = new Map(fields).set("bucket", bucket.name).set("key", requireKey(key));
  const range = requirePostPolicy(used, owner);
  const { etag } = await bucket.put({ key, headers: headersToKeep(used) }, heldTo(range, file));
  const location = `/${bucket.name}/${uriEncodePath(key)}`;
  return answerOf(used.get("success_action_status"), { location, bucket: bucket.name, key, etag });
};

/** Counts the bytes as they come: what a client says of their length is not asked. */
async function* heldTo({ minBytes, maxBytes }: LengthRange, file: Content): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of file) {
    length += chunk.length;
    if (length > Math.min(maxBytes, maxObjectBytes)) throw tooLarge();
    yield chunk;
  }
  if (length < minBytes) {
    throw new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
  }
}

function answerOf(
  wanted: string | undefined,
  { location, bucket, key, etag }: { location: string; bucket: string; key: string; etag: string },
): Answer {
  const headers = { location, etag: `"${etag}"` };
  if (wanted === "200") return { status: 200, headers };
  if (wanted !== "201") return { status: 204, headers };
  const body = xmlDocument("PostResponse", [
    element("Location", location),
    element("Bucket", bucket),
    element("Key", key),
    element("ETag", `"${etag}"`),
  ]);
  return { status: 201, headers: { ...headers, "content-type": "application/xml" }, body };
}
