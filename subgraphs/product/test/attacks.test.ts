import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createId } from "@shop/ids";
import {
  buildASTSchema,
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
} from "graphql";
import { startCatalogue, type TestCatalogue } from "./catalogue";

let shop: TestCatalogue;
let productId: string;
beforeAll(async () => {
  shop = await startCatalogue();
  productId = await shop.addProduct({ name: "Left alone", slug: "left-alone", initialStock: 1 });
});
afterAll(() => shop.stop());

const document = parse(readFileSync(join(__dirname, "..", "schema.graphql"), "utf8"));
const schema = buildASTSchema(document, { assumeValid: true });
const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
  type ? Object.values(type.getFields()).map((field) => [type.name.toLowerCase(), field] as const) : [],
);

const operators = [{ $ne: null }, { $gt: "" }, { $regex: ".*" }, { $where: "sleep(1000)" }, [{ $ne: null }]];
const texts = ['{"$ne":null}', "$where", ".*", "__proto__", "a\u0000b", "\ud83d", "x".repeat(5_000)];

/** A value that fits a type. @param at where in the arguments; the one that is attacked is replaced */
function sampleOf(type: GraphQLInputType, at: string, attacked: string, attack: unknown): unknown {
  if (at === attacked) return attack;
  if (isNonNullType(type)) return sampleOf(type.ofType, at, attacked, attack);
  if (isListType(type)) return [sampleOf(type.ofType, at, attacked, attack)];
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).map((field) => {
      return [field.name, sampleOf(field.type, `${at}.${field.name}`, attacked, attack)] as const;
    });
    return Object.fromEntries(fields);
  }
  if (isEnumType(type)) return type.getValues()[0]?.name;
  const name = at.slice(at.lastIndexOf(".") + 1);
  if (name === "idempotencyKey") return createId("evt");
  const samples: Record<string, unknown> = {
    ID: productId,
    String: "sample",
    Int: 1,
    SafeInt: 1,
    Boolean: true,
    Currency: "EUR",
  };
  return name === "after" || name === "status" ? null : samples[getNamedType(type).name];
}

/** Where a client can put a text: the paths of all arguments and input fields that are a String or an ID. */
function textsIn(type: GraphQLInputType, at: string): string[] {
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    return Object.values(named.getFields()).flatMap((field) => textsIn(field.type, `${at}.${field.name}`));
  }
  return named.name === "String" || named.name === "ID" ? [at] : [];
}

function selectionOf(field: GraphQLField<unknown, unknown>): string {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return "";
  return "errors" in type.getFields() ? "{ errors { code message path } }" : "{ __typename }";
}

async function attack(kind: string, field: GraphQLField<unknown, unknown>, attacked: string, value: unknown) {
  const declared = field.args.map(({ name, type }: GraphQLArgument) => `$${name}: ${String(type)}`).join(", ");
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(", ");
  const operation = `${kind} (${declared}) { ${field.name}(${passed}) ${selectionOf(field)} }`;
  const variables = Object.fromEntries(
    field.args.map(({ name, type }) => [name, sampleOf(type, name, attacked, value)]),
  );
  return shop.ask(operation, variables, "STAFF");
}

const doors = roots.flatMap(([kind, field]) =>
  field.args
    .flatMap(({ name, type }) => textsIn(type, name))
    .map((at) => [`${field.name} ${at}`, kind, field, at] as const),
);

it.each(doors)(
  "takes an operator for a wrong value, and a strange text for a text: %s",
  async (_name, kind, field, at) => {
    for (const value of operators) {
      const { errors } = await attack(kind, field, at, value);
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    }
    for (const value of texts) {
      const { errors = [] } = await attack(kind, field, at, value);
      for (const { extensions } of errors) expect(extensions).toMatchObject({ code: "BAD_USER_INPUT" });
    }
  },
);

it("lists nothing by a cursor that was tampered with", async () => {
  const list = `query ($after: String, $sort: ProductSort) { products(filter: { search: "left" }, sort: $sort, after: $after) {
    edges { node { id } } pageInfo { endCursor } } }`;
  const pack = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString("base64url");
  const operators = [{ $gt: "" }, { $ne: 1 }, { $regex: "." }, ["prd_"], null];
  const places: Record<string, unknown[]> = {
    CREATED_AT: [...operators, 7, [productId]],
    PRICE: [
      ...operators.flatMap((bad) => [
        [bad, productId],
        [1, bad],
      ]),
      [1.5, productId],
      [1],
      ["1", productId],
    ],
    NAME: [
      ...operators.flatMap((bad) => [
        [bad, productId],
        ["left", bad],
      ]),
      [1, productId],
    ],
    RELEVANCE: [
      ...operators.map((bad) => ["NAME", bad]),
      ["constructor", productId],
      ["__proto__", productId],
      [0, "prd_"],
    ],
  };
  for (const [field, bad] of Object.entries(places)) {
    const first = await shop.staff(list, { sort: { field } });
    const { endCursor } = (first as unknown as { pageInfo: { endCursor: string } }).pageInfo;
    const [name] = JSON.parse(Buffer.from(endCursor, "base64url").toString()) as [string];
    const foreign = ["", "%", "eyJ9", pack(null), pack({ name }), pack([name]), pack(["other", productId])];
    for (const after of [...foreign, ...bad.map((place) => pack([name, place]))]) {
      const { data, errors } = await shop.ask(list, { after, sort: { field } });
      expect(data).toEqual({ products: null });
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    }
  }
});

it("takes no address that something would be fetched from", () => {
  expect(schema.getType("URL")).toBeDefined();
  expect(roots.flatMap(([, field]) => field.args.flatMap(({ type }) => urlsIn(type)))).toEqual([]);
});

function urlsIn(type: GraphQLInputType): string[] {
  const named = getNamedType(type);
  if (isInputObjectType(named)) return Object.values(named.getFields()).flatMap((field) => urlsIn(field.type));
  return named.name === "URL" ? [named.name] : [];
}
