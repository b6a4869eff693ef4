import { z } from "zod";
import { isUnchanged } from "../conditions";
import { invalidArgument, S3Error } from "../errors";
import { headersToKeep, isHeaderValue } from "../object-headers";
import { type Answer, type Operation, type OperationContext, requireBucket, xmlAnswer } from "../operation";
import { maxObjectBytes, payloadOf, readPayload } from "../payload";
import { header, headerEntries } from "../request";
import { type OpenObject, type StoredObject } from "../storage/object-file";
import { element, parseXml, xmlDocument } from "../xml";

// 1000 keys of 1024 bytes, and their markup.
const maxDeletionBytes = 2 * 1024 * 1024;
const maxDeletions = 1000;

export const putObject: Operation = async (context) => {
  const { request, message, caller } = context;
  const bucket = requireBucket(context);
  const headers = headersToKeep(headerEntries(request));
  const content = payloadOf(request, message, caller, maxObjectBytes);
  const { etag } = await bucket.put({ key: request.key, headers }, content);
  return { status: 200, headers: { etag: `"${etag}"` } };
};

export const getObject: Operation = async (context) => {
  const { request } = context;
  const overrides = responseOverrides(context);
  const opened = await requireObject(context);
  try {
    const { object } = opened;
    const headers = { ...describe(object), ...overrides };
    if (isUnchanged(request, object)) {
      await opened.close();
      return { status: 304, headers: { etag: headers["etag"] ?? "", "last-modified": headers["last-modified"] ?? "" } };
    }
    const range = parseRange(header(request, "range"), object.size);
    return range === undefined
      ? await withBytes(opened, 200, headers, { start: 0, end: object.size - 1 })
      : await withBytes(
          opened,
          206,
          { ...headers, "content-range": `bytes ${range.start}-${range.end}/${object.size}` },
          range,
        );
  } catch (error) {
    await opened.close();
    throw error;
  }
};

/** As a GET; the server leaves the body away. */
export const headObject: Operation = async (context) => {
  const { body, ...answer } = await getObject(context);
  if (body !== undefined && typeof body !== "string") body.destroy();
  return answer;
};

/** Removing what is not there is no error. */
export const deleteObject: Operation = (context) => {
  requireBucket(context).remove(context.request.key);
  return { status: 204 };
};

const deletion = z.object({
  Delete: z.object({
    Quiet: z.string().optional(),
    Object: z
      .array(z.object({ Key: z.string().min(1), VersionId: z.never().optional() }))
      .min(1)
      .max(maxDeletions),
  }),
});

export const deleteObjects: Operation = async (context) => {
  const { request, message, caller } = context;
  const bucket = requireBucket(context);
  const parsed = deletion.safeParse(parseXml(await readPayload(request, message, caller, maxDeletionBytes)));
  if (!parsed.success) throw new S3Error("MalformedXML", "The XML that was sent is not a list of keys to delete");
  const { Quiet, Object: objects } = parsed.data.Delete;
  for (const { Key } of objects) bucket.remove(Key);
  const told = Quiet === "true" ? [] : objects;
  return xmlAnswer(
    xmlDocument(
      "DeleteResult",
      told.map(({ Key }) => element("Deleted", [element("Key", Key)])),
    ),
  );
};

/** @throws S3Error NoSuchKey */
async function requireObject(context: OperationContext): Promise<OpenObject> {
  const opened = await requireBucket(context).open(context.request.key);
  if (opened === undefined) throw new S3Error("NoSuchKey", "The specified key does not exist");
  return opened;
}

async function withBytes(
  opened: OpenObject,
  status: number,
  headers: Readonly<Record<string, string>>,
  { start, end }: { start: number; end: number },
): Promise<Answer> {
  const length = { "content-length": String(end - start + 1) };
  if (end >= start) return { status, headers: { ...headers, ...length }, body: opened.read(start, end) };
  await opened.close();
  return { status, headers: { ...headers, ...length } };
}

function describe({ etag, lastModified, headers }: StoredObject): Record<string, string> {
  return {
    ...headers,
    etag: `"${etag}"`,
    "last-modified": new Date(lastModified).toUTCString(),
    "accept-ranges": "bytes",
  };
}

/** response-content-type and the like, which only a signed link can ask for: anybody's could turn an image into a page. */
function responseOverrides({ request, caller }: OperationContext): Record<string, string> {
  const asked = request.query.filter(([name]) => name.startsWith("response-"));
  if (asked.length > 0 && caller.kind === "ANONYMOUS") {
    throw new S3Error("InvalidRequest", "Request specific response headers cannot be used for anonymous requests");
  }
  const known = /^response-(content-(?:type|language|disposition|encoding)|cache-control|expires)$/;
  return Object.fromEntries(
    asked.map(([name, value]) => {
      const target = known.exec(name)?.[1];
      if (target === undefined || !isHeaderValue(value)) throw invalidArgument(`${name} cannot be used`);
      return [target, value];
    }),
  );
}

/**
 * The first and last byte that a Range header asks for. Several ranges, or another unit, are answered with the whole, as
 * HTTP permits and S3 does.
 * @throws S3Error InvalidRange where none of it is there
 */
function parseRange(text: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text ?? "");
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (start >= size || (first === "" && Number(last) === 0)) {
    throw new S3Error("InvalidRange", "The requested range is not satisfiable", { "content-range": `bytes */${size}` });
  }
  return { start, end };
}
