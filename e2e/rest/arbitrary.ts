import fc from "fast-check";

/** As much of JSON Schema as request bodies use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export const hostileTexts = [
  "",
  "\u0000",
  "\ud800",
  "‮",
  "💥".repeat(300),
  "'; DROP TABLE users; --",
  '{"$gt":""}',
  "../../etc/passwd",
  "%00",
  "x".repeat(20_000),
  "prd_01kav5yq3m7c9x2r8t4w6b0nde",
];
const text = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.emailAddress(),
);
const integer = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, -1, 1, 2 ** 31, -(2 ** 31), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);

/** Values of a schema's shape, as bad as they may be. */
export function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(arbitraryOf));
  switch (schema.type) {
    case "object": {
      const properties = Object.entries(schema.properties ?? {}).map(([name, one]) => [name, arbitraryOf(one)]);
      const requiredKeys = [...(schema.required ?? [])];
      return fc.record(Object.fromEntries(properties) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys });
    }
    case "array":
      return fc.array(arbitraryOf(schema.items ?? {}), { maxLength: 4 });
    case "integer":
    case "number":
      return integer;
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return text;
  }
}

/** The same, or JSON of any other shape in its place or in one of its members'. */
export function almost(schema: Schema): fc.Arbitrary<unknown> {
  const right = arbitraryOf(schema);
  const bent = fc
    .tuple(right, fc.constantFrom(...Object.keys(schema.properties ?? { x: {} })), fc.jsonValue())
    .map(([value, name, junk]) => ({ ...(value as object), [name]: junk }));
  return fc.oneof(
    { weight: 4, arbitrary: right },
    { weight: 3, arbitrary: bent },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}
