import { z } from "zod";
import { invalidArgument, notImplemented, S3Error } from "../errors";
import { headersToKeep } from "../object-headers";
import { type Operation, type OperationContext, requireBucket, xmlAnswer } from "../operation";
import { maxObjectBytes, payloadOf, readPayload } from "../payload";
import { headerEntries, parameter } from "../request";
import { multipartEtag, noSuchUpload, type Part, type Upload } from "../storage/uploads";
import { element, parseXml, xmlDocument } from "../xml";

const maxPartNumber = 10_000;
const minPartBytes = 5 * 1024 * 1024;
// 10,000 parts of about 100 bytes of markup each.
const maxCompletionBytes = 2 * 1024 * 1024;

export const createMultipartUpload: Operation = (context) => {
  const { request, store } = context;
  const { name: bucket } = requireBucket(context);
  const { key } = request;
  const { id } = store.uploads.start({ bucket, key, headers: headersToKeep(headerEntries(request)) });
  return xmlAnswer(
    xmlDocument("InitiateMultipartUploadResult", [
      element("Bucket", bucket),
      element("Key", key),
      element("UploadId", id),
    ]),
  );
};

export const uploadPart: Operation = async (context) => {
  const { request, message, caller } = context;
  const upload = requireUpload(context);
  const number = parameter(request, "partNumber") ?? "";
  if (!/^[1-9]\d{0,4}$/.test(number) || Number(number) > maxPartNumber) {
    throw invalidArgument(`Part numbers go from 1 to ${maxPartNumber}`);
  }
  const { etag } = await upload.putPart(Number(number), payloadOf(request, message, caller, maxObjectBytes));
  return { status: 200, headers: { etag: `"${etag}"` } };
};

/** All parts on one page: they are 10,000 at most. */
export const listParts: Operation = (context) => {
  const { id, bucket, key, parts } = requireUpload(context);
  const after = Number(parameter(context.request, "part-number-marker") ?? 0);
  const listed = [...parts].filter(([number]) => number > after).sort(([a], [b]) => a - b);
  return xmlAnswer(
    xmlDocument("ListPartsResult", [
      element("Bucket", bucket),
      element("Key", key),
      element("UploadId", id),
      element("IsTruncated", false),
      ...listed.map(([number, { size, etag, lastModified }]) =>
        element("Part", [
          element("PartNumber", number),
          element("LastModified", lastModified),
          element("ETag", `"${etag}"`),
          element("Size", size),
        ]),
      ),
    ]),
  );
};

export const abortMultipartUpload: Operation = async (context) => {
  await context.store.uploads.remove(requireUpload(context).id);
  return { status: 204 };
};

/** All of them on one page. */
export const listMultipartUploads: Operation = (context) => {
  const { request, store } = context;
  const { name } = requireBucket(context);
  const prefix = parameter(request, "prefix") ?? "";
  if ((parameter(request, "delimiter") ?? "") !== "") throw notImplemented("Folding uploads by a delimiter");
  const uploads = store.uploads.list(name).filter(({ key }) => key.startsWith(prefix));
  return xmlAnswer(
    xmlDocument("ListMultipartUploadsResult", [
      element("Bucket", name),
      element("Prefix", prefix),
      element("IsTruncated", false),
      ...uploads.map(({ id, key, startedAt }) =>
        element("Upload", [element("Key", key), element("UploadId", id), element("Initiated", startedAt)]),
      ),
    ]),
  );
};

const completion = z.object({
  CompleteMultipartUpload: z.object({
    Part: z.array(z.object({ PartNumber: z.string().regex(/^\d{1,5}$/), ETag: z.string() })).min(1),
  }),
});

/** Puts the parts together. After a crash in between it can be asked again: the parts go last. */
export const completeMultipartUpload: Operation = async (context) => {
  const { request, message, caller, store } = context;
  const upload = requireUpload(context);
  const parsed = completion.safeParse(parseXml(await readPayload(request, message, caller, maxCompletionBytes)));
  if (!parsed.success) throw new S3Error("MalformedXML", "The XML that was sent is not a list of parts");
  const asked = parsed.data.CompleteMultipartUpload.Part.map(({ PartNumber, ETag }) => ({
    number: Number(PartNumber),
    etag: ETag.replaceAll('"', "").trim(),
  }));
  const parts = requireParts(upload, asked);
  const { key, headers } = upload;
  const bucket = requireBucket(context);
  const content = upload.contentOf(asked.map(({ number }) => number));
  const { etag } = await bucket.put({ key, headers, etag: multipartEtag(parts) }, content);
  await store.uploads.remove(upload.id);
  return xmlAnswer(
    xmlDocument("CompleteMultipartUploadResult", [
      element("Location", `/${bucket.name}/${key}`),
      element("Bucket", bucket.name),
      element("Key", key),
      element("ETag", `"${etag}"`),
    ]),
  );
};

function requireUpload({ request, store }: OperationContext): Upload {
  const upload = store.uploads.get(parameter(request, "uploadId") ?? "");
  if (upload?.bucket !== request.bucket || upload.key !== request.key) {
    throw noSuchUpload();
  }
  return upload;
}

/** @throws S3Error where parts are missing, not those that were sent, out of order, or too small to stand before others */
function requireParts(upload: Upload, asked: readonly { number: number; etag: string }[]): Part[] {
  return asked.map(({ number, etag }, index) => {
    const part = upload.parts.get(number);
    if (part?.etag !== etag) throw new S3Error("InvalidPart", `Part ${number} was not sent, or not with this ETag`);
    if (number <= (asked[index - 1]?.number ?? 0)) {
      throw new S3Error("InvalidPartOrder", "The list of parts was not in ascending order");
    }
    if (part.size < minPartBytes && index < asked.length - 1) {
      throw new S3Error("EntityTooSmall", `Part ${number} is smaller than ${minPartBytes} bytes`);
    }
    return part;
  });
}
