import { S3Error } from "./s3-error";

type Condition =
  | { readonly kind: "eq" | "starts-with"; readonly field: string; readonly value: string }
  | { readonly kind: "content-length-range"; readonly minBytes: number; readonly maxBytes: number };

/** What the owner signed that a form may upload. */
export interface PostPolicy {
  readonly expiresAtMs: number;
  readonly conditions: readonly Condition[];
}

/** Form fields by their name in lower case. */
export type FormFields = ReadonlyMap<string, string>;

/** Fields that carry the policy and its signature, or that S3 lets pass by their name. */
const uncovered = /^(policy|x-amz-signature|file|x-ignore-.*)$/;

/**
 * Reads a policy as it stands in a form: base64 of JSON.
 * @throws S3Error for one that cannot be read; a condition that is not known is never passed over
 */
export function parsePostPolicy(encoded: string): PostPolicy {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
  } catch {
    throw invalid("it is not JSON");
  }
  const { expiration, conditions } = (document ?? {}) as { expiration?: unknown; conditions?: unknown };
  const expiresAtMs = typeof expiration === "string" ? Date.parse(expiration) : NaN;
  if (Number.isNaN(expiresAtMs)) throw invalid("it has no expiration");
  if (!Array.isArray(conditions)) throw invalid("it has no conditions");
  return { expiresAtMs, conditions: conditions.flatMap(parseCondition) };
}

function parseCondition(condition: unknown): Condition[] {
  if (Array.isArray(condition)) {
    const [operator, first, second, ...rest] = condition as unknown[];
    const kind = typeof operator === "string" ? operator.toLowerCase() : "";
    if (kind === "content-length-range" && isByteCount(first) && isByteCount(second) && rest.length === 0) {
      return [{ kind, minBytes: Number(first), maxBytes: Number(second) }];
    }
    if ((kind === "eq" || kind === "starts-with") && typeof first === "string" && typeof second === "string") {
      if (first.startsWith("$") && rest.length === 0) {
        return [{ kind, field: first.slice(1).toLowerCase(), value: second }];
      }
    }
  } else if (typeof condition === "object" && condition !== null) {
    const pairs = Object.entries(condition);
    if (pairs.every((pair): pair is [string, string] => typeof pair[1] === "string")) {
      return pairs.map(([field, value]) => ({ kind: "eq", field: field.toLowerCase(), value }));
    }
  }
  throw invalid(`a condition cannot be read: ${JSON.stringify(condition)}`);
}

/**
 * Holds a form to its policy: every condition met, and every field covered by a condition.
 * @param fields with `bucket` among them, as it was posted to
 * @returns how many bytes the file may have
 * @throws S3Error AccessDenied
 */
export function requirePolicyMet(
  { expiresAtMs, conditions }: PostPolicy,
  fields: FormFields,
  nowMs: number,
): { minBytes: number; maxBytes: number } {
  if (expiresAtMs <= nowMs) throw denied("Policy expired.");
  let minBytes = 0;
  let maxBytes = Infinity;
  const covered = new Set<string>(["bucket"]);
  for (const condition of conditions) {
    if (condition.kind === "content-length-range") {
      minBytes = Math.max(minBytes, condition.minBytes);
      maxBytes = Math.min(maxBytes, condition.maxBytes);
      continue;
    }
    covered.add(condition.field);
    if (!isMet(condition, fields.get(condition.field) ?? "")) {
      const { kind, field, value } = condition;
      throw denied(`Policy Condition failed: ${JSON.stringify([kind, `$${field}`, value])}`);
    }
  }
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !uncovered.test(name));
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(", ")}`);
  return { minBytes, maxBytes };
}

/** Several content types may be given, parted by commas, of which each must begin as asked. */
function isMet(condition: Exclude<Condition, { kind: "content-length-range" }>, given: string): boolean {
  if (condition.kind === "eq") return given === condition.value;
  const values = condition.field === "content-type" ? given.split(",") : [given];
  return values.every((value) => value.startsWith(condition.value));
}

function isByteCount(value: unknown): boolean {
  return (typeof value === "number" || typeof value === "string") && /^\d{1,15}$/.test(String(value));
}

function invalid(why: string): S3Error {
  return new S3Error("InvalidPolicyDocument", `Invalid Policy: ${why}.`);
}

function denied(why: string): S3Error {
  return new S3Error("AccessDenied", `Invalid according to Policy: ${why}`);
}
