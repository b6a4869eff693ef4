import { z } from "zod";
import { accessDenied, S3Error } from "./errors";
import { algorithm, type Credentials, parseAmzDate, parseScope, requireSignature } from "./signing-key";

/** The fields of a form that came before its file, by names in lower case. */
export type FormFields = ReadonlyMap<string, string>;

/** How long the file may be, in bytes. */
export interface LengthRange {
  readonly minBytes: number;
  readonly maxBytes: number;
}

const text = z.string();
const policyDocument = z.strictObject({
  expiration: z.iso.datetime({ offset: true }),
  conditions: z.array(
    z.union([
      z.tuple([z.literal("content-length-range"), z.int().min(0), z.int().min(0)]),
      z.tuple([z.enum(["eq", "starts-with"]), text.regex(/^\$./), text]),
      z.record(text, text),
    ]),
  ),
});
type Condition = z.infer<typeof policyDocument>["conditions"][number];

interface Match {
  readonly kind: "eq" | "starts-with";
  readonly field: string;
  readonly value: string;
}

// What a condition could not cover: the policy itself and its signature.
const uncovered = new Set(["policy", "x-amz-signature", "file"]);

/**
 * Holds an upload by a browser's form to the policy that the owner signed for it: the signature, the expiry, every
 * condition, and that no field goes without one.
 * @param fields with `bucket` as the address names it and `key` as it will be used
 * @returns what the file's length is to be held to
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 * @throws S3Error AccessDenied and others, as S3
 */
export function requirePostPolicy(fields: FormFields, owner: Credentials): LengthRange {
  const encoded = fields.get("policy");
  if (encoded === undefined) throw accessDenied("A form needs a policy");
  requireFormSignature(encoded, fields, owner);
  const { expiration, conditions } = parsePolicy(encoded);
  if (Date.parse(expiration) <= Date.now()) throw violated("Policy expired.");

  const matches = conditions.flatMap(toMatches);
  const covered = new Set(matches.map(({ field }) => field));
  const extra = [...fields.keys()].filter(
    (name) => !covered.has(name) && !uncovered.has(name) && !name.startsWith("x-ignore-"),
  );
  if (extra.length > 0) throw violated(`Extra input fields: ${extra.join(", ")}`);
  for (const match of matches) {
    if (!holds(match, fields.get(match.field))) {
      throw violated(`Policy Condition failed: ["${match.kind}", "$${match.field}", "${match.value}"]`);
    }
  }
  return lengthRange(conditions);
}

function requireFormSignature(encoded: string, fields: FormFields, owner: Credentials): void {
  const need = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw new S3Error("InvalidArgument", `A form with a policy needs the field ${name}`);
    return value;
  };
  if (need("x-amz-algorithm") !== algorithm) throw new S3Error("InvalidRequest", `Only ${algorithm} is supported`);
  const scope = parseScope(need("x-amz-credential"), "InvalidArgument");
  const date = need("x-amz-date");
  if (Number.isNaN(parseAmzDate(date)) || date.slice(0, 8) !== scope.day) {
    throw new S3Error("InvalidArgument", "x-amz-date must be yyyymmddThhmmssZ, on the day of x-amz-credential");
  }
  requireSignature({ text: encoded, scope, signature: need("x-amz-signature"), by: owner });
}

function parsePolicy(encoded: string): z.infer<typeof policyDocument> {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(encoded, "base64").toString());
  } catch {
    throw new S3Error("InvalidPolicyDocument", "The policy is not JSON in base64");
  }
  const parsed = policyDocument.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new S3Error(
    "InvalidPolicyDocument",
    `The policy is not valid at ${parsed.error.issues[0]?.path.join(".") ?? ""}`,
  );
}

function toMatches(condition: Condition): Match[] {
  if (!Array.isArray(condition)) {
    return Object.entries(condition).map(([field, value]) => ({ kind: "eq", field: field.toLowerCase(), value }));
  }
  if (condition[0] === "content-length-range") return [];
  const [kind, field, value] = condition;
  return [{ kind, field: field.slice(1).toLowerCase(), value }];
}

function holds({ kind, value }: Match, given = ""): boolean {
  return kind === "eq" ? given === value : given.startsWith(value);
}

function lengthRange(conditions: readonly Condition[]): LengthRange {
  let range: LengthRange = { minBytes: 0, maxBytes: Infinity };
  for (const condition of conditions) {
    if (!Array.isArray(condition) || condition[0] !== "content-length-range") continue;
    const [, min, max] = condition;
    range = { minBytes: Math.max(range.minBytes, min), maxBytes: Math.min(range.maxBytes, max) };
  }
  return range;
}

function violated(why: string): S3Error {
  return accessDenied(`Invalid according to Policy: ${why}`);
}
