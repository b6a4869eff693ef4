import { z } from "zod";
import { notImplemented, S3Error } from "./errors";

/** What a policy may let anybody do. */
export type PolicyAction =
  "s3:GetObject" | "s3:PutObject" | "s3:DeleteObject" | "s3:ListBucket" | "s3:GetBucketLocation";

export interface BucketPolicy {
  /** As it was set, to be given back word for word. */
  readonly text: string;
  /** @param key "" for what concerns the bucket as a whole */
  allowsAnybody(action: PolicyAction, key: string): boolean;
}

const oneOrMore = z.union([z.string().transform((value) => [value]), z.array(z.string()).min(1)]);
const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.union([z.literal("*"), z.object({ AWS: oneOrMore })]),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z.unknown().optional(),
});
const document = z.strictObject({
  Version: z.string().optional(),
  Id: z.string().optional(),
  Statement: z.union([statement.transform((value) => [value]), z.array(statement).min(1)]),
});

/**
 * Parses a bucket's policy. What it says and we could not keep to is refused, rather than stored and not honoured.
 * @throws S3Error MalformedPolicy, or NotImplemented for denials, conditions and named principals
 */
export function parseBucketPolicy(text: string, bucket: string): BucketPolicy {
  const arn = `arn:aws:s3:::${bucket}`;
  const statements = parseDocument(text).Statement.map(({ Effect, Principal, Action, Resource, Condition }) => {
    if (Effect === "Deny") throw notImplemented("A policy that denies");
    if (Condition !== undefined) throw notImplemented("A policy with conditions");
    if (Principal !== "*" && Principal.AWS.some((principal) => principal !== "*")) {
      throw notImplemented("A policy for a named principal");
    }
    if (Action.some((action) => !action.startsWith("s3:"))) throw malformed("an action is not one of s3");
    if (Resource.some((resource) => resource !== arn && !resource.startsWith(`${arn}/`))) {
      throw malformed("a resource is not of this bucket");
    }
    return { actions: Action.map(toPattern), resources: Resource.map(toPattern) };
  });
  return {
    text,
    allowsAnybody: (action, key) => {
      const resource = key === "" ? arn : `${arn}/${key}`;
      return statements.some(
        ({ actions, resources }) =>
          actions.some((pattern) => pattern.test(action)) && resources.some((pattern) => pattern.test(resource)),
      );
    },
  };
}

function parseDocument(text: string): z.infer<typeof document> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw malformed("it is not JSON");
  }
  const parsed = document.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw malformed(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

function malformed(why: string): S3Error {
  return new S3Error("MalformedPolicy", `The policy is not valid: ${why}`);
}

/** `*` is any number of characters, slashes too, and `?` is one. */
function toPattern(text: string): RegExp {
  const source = text
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${source}$`);
}
