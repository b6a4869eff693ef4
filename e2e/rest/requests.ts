import fc from "fast-check";
import { almost, hostileTexts } from "./arbitrary";
import { type Call } from "./call";
import { type Contract, isOpen, needsRole, type Operation } from "./openapi";

/** Access tokens of people whose rights suffice. */
export interface People {
  readonly customer: string;
  readonly admin: string;
}

export interface Request extends Call {
  readonly port: "own" | undefined;
}

/** Requests of an operation as its description has them, nearly so, or not at all. */
export function requestsOf(operation: Operation, contract: Contract, people: People): fc.Arbitrary<Request> {
  const { parameters, requestBody } = operation;
  const named = (where: string) => parameters.filter((one) => one.in === where && one.name !== "attributes");
  const right = isOpen(operation) ? undefined : needsRole(operation) ? people.admin : people.customer;
  const schema = requestBody?.content["application/json"].schema;
  const path = named("path").map(({ name, example }) => [name, pathTexts(String(example))]);
  const query = named("query").map(({ name, schema: one }) => [name, queryTexts(one)]);
  const headers = named("header").map(({ name }) => [name, headerTexts]);
  return fc.record({
    port: fc.constantFrom("own" as const, undefined),
    as: oftenOf(right, fc.constantFrom(undefined, "", "e30.e30.e30", "x".repeat(2_000))),
    path: fc.record(Object.fromEntries(path) as Texts),
    query: fc.tuple(fc.record(Object.fromEntries(query) as Texts, { requiredKeys: [] }), unknownQuery).map(merge),
    headers: fc.tuple(fc.record(Object.fromEntries(headers) as Texts, { requiredKeys: [] }), otherHeaders).map(merge),
    ...(schema === undefined
      ? { text: oftenOf(undefined, operation.method === "GET" ? fc.constant(undefined) : bodyTexts) }
      : {
          body: almost(contract.resolve(schema)),
          text: oftenOf(undefined, bodyTexts),
        }),
  });
}

type Texts = Readonly<Record<string, fc.Arbitrary<string>>>;

const merge = ([one, other]: readonly [object, object]) => ({ ...one, ...other });
const oftenOf = <Value>(usual: Value, other: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

/** Of the length that an id may have at most, and never empty: that would be another address. */
const pathTexts = (example: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant(example),
    fc.constantFrom(...hostileTexts.filter((text) => text !== "" && !/\p{Surrogate}/u.test(text) && text.length < 300)),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter((text) => !/^\.{1,2}$/.test(text)),
  );
const queryTexts = ({ enum: values, examples }: { enum?: readonly unknown[]; examples?: readonly unknown[] }) =>
  fc.oneof(
    fc.constantFrom(...[...(values ?? []), ...(examples ?? []), 1, 100, 101, "true"].map(String)),
    fc.constantFrom(...hostileTexts.filter((text) => text.length < 300)),
    fc.integer().map(String),
    fc.string({ unit: "grapheme", maxLength: 40 }),
  );
const unknownQuery = fc.oneof(
  { weight: 9, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ colour: "red" }, { __proto__x: "1" }, { "attr.": "" }, { "limit[]": "1" }),
  },
);
const headerText = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) });
const headerTexts = fc.oneof(
  headerText,
  fc.constantFrom('"1-abc"', 'W/"2147483648-x"', "*", '"', '"-1-x"', "x".repeat(129), '"1-a", "2-b"'),
);
const otherHeaders = fc.record(
  {
    accept: oftenOf("*/*", fc.constantFrom("application/json", "text/html", "application/*;q=0", "", ",")),
    "content-type": oftenOf(
      "application/json",
      fc.constantFrom("text/plain", "application/json; charset=utf-16", ";;", "application/problem+json"),
    ),
    "x-forwarded-for": fc.constantFrom("::1", "nowhere"),
    cookie: headerText,
  },
  { requiredKeys: [] },
);
const bodyTexts = fc.oneof(
  fc.constantFrom(
    "",
    "{",
    "null",
    "[]",
    '{"__proto__":{}}',
    "{}",
    '"x"',
    "\u0000",
    `${"[".repeat(5_000)}${"]".repeat(5_000)}`,
  ),
  fc.json(),
);
