// What the bodies and queries of several routes have in common, each with an example to try.
import { z } from "zod";

/** An id, by the prefix of what it is of; opaque to clients. */
export function idOf(prefix: string): z.ZodString {
  return z.string().meta({ examples: [exampleId(prefix)] });
}

export function exampleId(prefix: string): string {
  return `${prefix}_01kav5yq3m7c9x2r8t4w6b0nde`;
}

/** A text with something that people would write there. */
export function text(example: string): z.ZodString {
  return z.string().meta({ examples: [example] });
}

/** As the graph takes it: what it would refuse is told with its path. */
export const email = z.email({ pattern: z.regexes.html5Email }).meta({ examples: ["ada@example.com"] });
export const password = text("correct horse battery");
export const displayName = text("Ada Lovelace");
export const phone = text("+44 20 7946 0958");

export const money = z.strictObject({
  amountMinor: z
    .int()
    .describe("In minor units: 1999 is 19.99")
    .meta({ examples: [1_999] }),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .describe("ISO 4217")
    .meta({ examples: ["EUR"] }),
});

/** What every address has. */
export const addressFields = {
  recipient: text("Ada Lovelace"),
  line1: text("1 Example Street"),
  line2: z.string().nullish(),
  city: text("London"),
  region: z.string().nullish(),
  postalCode: text("N1 9GU"),
  countryCode: text("GB").describe("ISO 3166-1, two letters"),
  phone: phone.nullish(),
};

export const imageUpload = z.strictObject({
  contentType: text("image/png").describe("image/png, image/jpeg, image/webp or image/avif"),
  bytes: z
    .int32()
    .describe("The file's size: 5 MiB at most")
    .meta({ examples: [204_800] }),
});

export const expectedVersion = z
  .int32()
  .nullish()
  .describe("The version that you read; as the header If-Match says it");

export const flag = z.enum(["true", "false"]);

/** @returns undefined where it was not said */
export function isTrue(said: z.infer<typeof flag> | undefined): boolean | undefined {
  return said === undefined ? undefined : said === "true";
}

/** A number of a query, in decimal digits: an empty text is none, rather than 0. */
export function inQuery<Schema extends z.ZodType<number | undefined>>(schema: Schema) {
  return z.preprocess((said) => (typeof said === "string" && /^-?\d+$/.test(said) ? Number(said) : said), schema);
}

/** `limit` and `after` of every list. */
export const pageQuery = {
  limit: inQuery(z.int().min(1).max(100).default(20)).describe("How many, from 1 to 100"),
  after: z.string().optional().describe("The `nextCursor` of the page before"),
};
