import { requireCopyConditions } from "../conditions";
import { invalidArgument, notImplemented, S3Error } from "../errors";
import { headersToKeep } from "../object-headers";
import { type Operation, requireBucket, xmlAnswer } from "../operation";
import { header, headerEntries, requireKey } from "../request";
import { element, xmlDocument } from "../xml";

/** Copies an object, with its own headers or, by the metadata directive REPLACE, with those of the request. */
export const copyObject: Operation = async (context) => {
  const { request } = context;
  const target = requireBucket(context);
  const source = parseSource(header(request, "x-amz-copy-source") ?? "");
  const directive = header(request, "x-amz-metadata-directive") ?? "COPY";
  if (directive !== "COPY" && directive !== "REPLACE") throw invalidArgument("The metadata directive is not known");
  const given = headersToKeep(headerEntries(request));
  const isSame = source.bucket === request.bucket && source.key === request.key;
  if (isSame && directive === "COPY") {
    throw new S3Error("InvalidRequest", "A copy of an object to itself must change something");
  }
  const opened = await requireBucket(context, source.bucket).open(source.key);
  if (opened === undefined) throw new S3Error("NoSuchKey", "The specified key does not exist");
  const { object } = opened;
  try {
    requireCopyConditions(request, object);
    const headers = directive === "COPY" ? object.headers : given;
    const { etag, lastModified } = await target.put({ key: request.key, headers }, opened.content());
    return xmlAnswer(
      xmlDocument("CopyObjectResult", [element("LastModified", lastModified), element("ETag", `"${etag}"`)]),
    );
  } finally {
    await opened.close();
  }
};

/** @param text /bucket/key, percent-encoded */
function parseSource(text: string): { bucket: string; key: string } {
  const match = /^\/?([^/?]+)\/([^?]+)(\?.*)?$/.exec(text);
  if (match === null) throw invalidArgument("x-amz-copy-source must be /bucket/key");
  const [, bucket = "", key = "", version] = match;
  if (version !== undefined) throw notImplemented("Copying a version");
  try {
    return { bucket, key: requireKey(decodeURIComponent(key)) };
  } catch (error) {
    if (error instanceof S3Error) throw error;
    throw invalidArgument("x-amz-copy-source cannot be decoded");
  }
}
