import { S3Error } from "./errors";
import { header, type S3Request } from "./request";
import { type ObjectSummary } from "./storage/buckets";

type Outcome = "PROCEED" | "NOT_MODIFIED" | "FAILED";

/** Judges If-Match and its kin, with the precedence that HTTP and S3 give them. */
function judge(request: S3Request, prefix: "" | "x-amz-copy-source-", object: ObjectSummary): Outcome {
  const match = header(request, `${prefix}if-match`);
  const noneMatch = header(request, `${prefix}if-none-match`);
  const modifiedSince = parseDate(header(request, `${prefix}if-modified-since`));
  const unmodifiedSince = parseDate(header(request, `${prefix}if-unmodified-since`));
  // HTTP's dates have whole seconds.
  const modifiedAtMs = Math.floor(Date.parse(object.lastModified) / 1000) * 1000;

  if (match !== undefined && !names(match, object.etag)) return "FAILED";
  if (match === undefined && unmodifiedSince !== undefined && modifiedAtMs > unmodifiedSince) return "FAILED";
  if (noneMatch !== undefined) return names(noneMatch, object.etag) ? "NOT_MODIFIED" : "PROCEED";
  return modifiedSince !== undefined && modifiedAtMs <= modifiedSince ? "NOT_MODIFIED" : "PROCEED";
}

/**
 * Holds a read to its conditions.
 * @returns true where the reader has this object already (304)
 * @throws S3Error PreconditionFailed
 */
export function isUnchanged(request: S3Request, object: ObjectSummary): boolean {
  const outcome = judge(request, "", object);
  if (outcome === "FAILED") throw preconditionFailed();
  return outcome === "NOT_MODIFIED";
}

/** @throws S3Error PreconditionFailed where the source of a copy is not as the copy's conditions want it */
export function requireCopyConditions(request: S3Request, source: ObjectSummary): void {
  if (judge(request, "x-amz-copy-source-", source) !== "PROCEED") throw preconditionFailed();
}

function preconditionFailed(): S3Error {
  return new S3Error("PreconditionFailed", "At least one of the conditions that were given does not hold");
}

function names(list: string, etag: string): boolean {
  return list.split(",").some((entry) => {
    const candidate = entry.trim().replace(/^W\//, "").replace(/^"|"$/g, "");
    return candidate === "*" || candidate === etag;
  });
}

function parseDate(text: string | undefined): number | undefined {
  const timeMs = Date.parse(text ?? "");
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
