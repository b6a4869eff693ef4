import { randomUUID } from "node:crypto";
import { createId } from "@shop/ids";
import * as documents from "./documents";
import { address, type OrderAnswer, type Person, placement, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
const kettle = createId("prd");
const [ada, bob, staff] = [someone(), someone(), someone("STAFF")];
let open: OrderAnswer;
let paymentId: string;
beforeAll(async () => {
  shop = await startShop();
  shop.inventory.add(kettle, { stock: 100, priceMinor: 500 });
  open = await shop.placed(ada, { [kettle]: 1 });
  paymentId = (await shop.paid(ada, { [kettle]: 1 })).payment.id;
});
afterAll(() => shop.stop());

interface Refusal {
  readonly as?: Person;
  readonly input: () => object;
  readonly code?: string;
  readonly path: string[];
}

const texts = { control: "a\u0007b", nul: "a\u0000b", surrogate: "a\ud800b", empty: "", blank: " " };

/** A text field, given each text that it must not hold. */
function refusedTexts(path: string[], max: number, input: (text: string) => object): Record<string, Refusal> {
  const long = { long: "x".repeat(max + 1) };
  return Object.fromEntries(
    Object.entries({ ...texts, ...long }).map(([name, text]) => [
      `${path.at(-1) ?? ""}: ${name}`,
      { input: () => input(text), path },
    ]),
  );
}

/** As `refusedTexts`, for an id: whatever names nothing, a foreign thing included, is not there. */
function unknownIds(path: string[], ids: Record<string, () => string>, input: (id: string) => object, as?: Person) {
  const all = {
    ...ids,
    malformed: () => "x",
    nul: () => "ord_\u0000",
    surrogate: () => "\ud800",
    sql: () => "' OR 1=1",
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, id]) => [
      `${path.at(-1) ?? ""}: ${name}`,
      { as, input: () => input(id()), code: "NOT_FOUND", path },
    ]),
  );
}

async function refuses(document: string, variables: object, as: Person, code: string, path: string[]): Promise<void> {
  const [before, available] = [await shop.stored(), shop.inventory.available(kettle)];
  type Refused = { errors: { code: string; path: string[] }[] };
  const { errors } = await shop.mutate<Refused>(document, variables, as);
  expect(errors.map((error) => ({ code: error.code, path: error.path }))).toEqual([{ code, path }]);
  expect(await shop.stored()).toEqual(before);
  expect(shop.inventory.available(kettle)).toBe(available);
}

describe("placeOrder refuses, and changes nothing", () => {
  const line = (quantity: number, productId: string = kettle) => ({ productId, quantity });
  const ordering = (...lines: object[]) => ({ lines });
  const quantity = ["input", "lines", "0", "quantity"];
  const product = ["input", "lines", "0", "productId"];
  const to = (field: object) => ({ shippingAddress: { ...address, ...field } });
  const cases: Record<string, Refusal> = {
    "a quantity of 0": { input: () => ordering(line(0)), path: quantity },
    "a quantity of -1": { input: () => ordering(line(-1)), path: quantity },
    "a quantity of 1000": { input: () => ordering(line(1_000)), path: quantity },
    "a quantity of 1e9": { input: () => ordering(line(1e9)), path: quantity },
    "no lines": { input: () => ordering(), path: ["input", "lines"] },
    "101 lines": {
      input: () => ordering(...Array.from({ length: 101 }, () => line(1, createId("prd")))),
      path: ["input", "lines"],
    },
    "a product twice": { input: () => ordering(line(1), line(2)), path: ["input", "lines", "1", "productId"] },
    ...Object.fromEntries(
      ["x", "", "prd_\u0000", "\ud800"].map((id) => [
        `a product id like ${JSON.stringify(id)}`,
        { input: () => ordering(line(1, id)), code: "PRODUCT_UNAVAILABLE", path: product },
      ]),
    ),
    "another currency": {
      input: () => ({ expectedTotal: { amountMinor: 1, currency: "USD" } }),
      code: "CURRENCY_MISMATCH",
      path: ["input", "expectedTotal", "currency"],
    },
    "a total below zero": {
      input: () => ({ expectedTotal: { amountMinor: -1, currency: "EUR" } }),
      path: ["input", "expectedTotal", "amountMinor"],
    },
    "a country in words": {
      input: () => to({ countryCode: "Germany" }),
      path: ["input", "shippingAddress", "countryCode"],
    },
    ...Object.fromEntries(
      ["recipient", "line1", "line2", "city", "region", "postalCode", "phone"].flatMap((field) =>
        Object.entries(refusedTexts(["input", "shippingAddress", field], 200, (text) => to({ [field]: text }))),
      ),
    ),
    ...refusedTexts(["input", "idempotencyKey"], 128, (idempotencyKey) => ({ idempotencyKey })),
  };
  it.each(Object.entries(cases))("%s", async (_name, { input, code = "INVALID_INPUT", path }) => {
    await refuses(documents.placeOrder, { input: { ...placement({ [kettle]: 1 }), ...input() } }, ada, code, path);
  });
});

describe("payOrder refuses, and changes nothing", () => {
  const good = () => ({ orderId: open.id, paymentToken: "tok_ok", idempotencyKey: randomUUID() });
  const ids = { foreign: () => open.id, unknown: () => createId("ord"), payment: () => paymentId };
  const cases: Record<string, Refusal> = {
    ...unknownIds(["input", "orderId"], ids, (orderId) => ({ orderId }), bob),
    ...refusedTexts(["input", "paymentToken"], 200, (paymentToken) => ({ paymentToken })),
    ...refusedTexts(["input", "idempotencyKey"], 128, (idempotencyKey) => ({ idempotencyKey })),
  };
  it.each(Object.entries(cases))("%s", async (_name, { as = ada, input, code = "INVALID_INPUT", path }) => {
    await refuses(documents.payOrder, { input: { ...good(), ...input() } }, as, code, path);
  });
});

describe("cancelOrder refuses, and changes nothing", () => {
  const ids = { foreign: () => open.id, unknown: () => createId("ord") };
  const cases: Record<string, Refusal> = {
    ...unknownIds(["id"], ids, (id) => ({ id }), bob),
    ...refusedTexts(["reason"], 500, (reason) => ({ reason })),
    ...refusedTexts(["idempotencyKey"], 128, (idempotencyKey) => ({ idempotencyKey })),
  };
  it.each(Object.entries(cases))("%s", async (_name, { as = ada, input, code = "INVALID_INPUT", path }) => {
    const variables = { id: open.id, idempotencyKey: randomUUID(), ...input() };
    await refuses(documents.cancelOrder, variables, as, code, path);
  });
});

describe("shipOrder and deliverOrder refuse, and change nothing", () => {
  const ids = { unknown: () => createId("ord") };
  const cases: Record<string, Refusal> = {
    ...unknownIds(["id"], ids, (id) => ({ id })),
    ...refusedTexts(["trackingNumber"], 100, (trackingNumber) => ({ trackingNumber })),
  };
  it.each(Object.entries(cases))("ship, %s", async (_name, { input, code = "INVALID_INPUT", path }) => {
    await refuses(documents.shipOrder, { id: open.id, ...input() }, staff, code, path);
  });
  it.each(Object.entries(unknownIds(["id"], ids, (id) => ({ id }))))("deliver, %s", async (_name, { input, path }) => {
    await refuses(documents.deliverOrder, input(), staff, "NOT_FOUND", path);
  });
});

describe("refundPayment refuses, and changes nothing", () => {
  const amount = (amountMinor: number, currency = "EUR") => ({ amount: { amountMinor, currency } });
  const amountMinor = ["input", "amount", "amountMinor"];
  const cases: Record<string, Refusal> = {
    ...unknownIds(["input", "paymentId"], { unknown: () => createId("pay"), order: () => open.id }, (id) => ({
      paymentId: id,
    })),
    "an amount of 0": { input: () => amount(0), path: amountMinor },
    "an amount of -1": { input: () => amount(-1), path: amountMinor },
    "more than was captured": { input: () => amount(501), code: "REFUND_EXCEEDS_PAYMENT", path: ["input", "amount"] },
    "another currency": {
      input: () => amount(1, "USD"),
      code: "CURRENCY_MISMATCH",
      path: ["input", "amount", "currency"],
    },
    ...refusedTexts(["input", "reason"], 500, (reason) => ({ reason })),
    ...refusedTexts(["input", "idempotencyKey"], 128, (idempotencyKey) => ({ idempotencyKey })),
  };
  it.each(Object.entries(cases))("%s", async (_name, { input, code = "INVALID_INPUT", path }) => {
    const good = { paymentId, idempotencyKey: randomUUID() };
    await refuses(documents.refundPayment, { input: { ...good, ...input() } }, staff, code, path);
  });
});

it.each<[string, string, object]>([
  ["a quantity of 1.5", documents.quoteOrder, { lines: [{ productId: kettle, quantity: 1.5 }] }],
  ["a quantity of 3e9", documents.quoteOrder, { lines: [{ productId: kettle, quantity: 3e9 }] }],
  [
    "a currency in words",
    documents.placeOrder,
    { input: { ...placement({ [kettle]: 1 }), expectedTotal: { amountMinor: 1, currency: "euros" } } },
  ],
  [
    "an amount beyond 2^53",
    documents.placeOrder,
    { input: { ...placement({ [kettle]: 1 }), expectedTotal: { amountMinor: 2 ** 53, currency: "EUR" } } },
  ],
  ["a page of 0", documents.orders, { first: 0 }],
  ["a page of 101", documents.orders, { first: 101 }],
  ["what is no cursor", documents.orders, { after: "x" }],
  ["a cursor of another list", documents.orders, { after: Buffer.from(JSON.stringify(kettle)).toString("base64url") }],
  ["a status that there is not", documents.orders, { filter: { status: ["LOST"] } }],
  ["a time that is none", documents.orders, { filter: { placedAfter: "yesterday" } }],
])("%s does not fit the schema: BAD_USER_INPUT, and nothing is changed", async (_name, document, variables) => {
  const before = await shop.stored();
  const { errors } = await shop.query(document, variables, ada);
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["BAD_USER_INPUT"]);
  expect(await shop.stored()).toEqual(before);
});

it("finds nothing by ids, numbers and times that nothing can have", async () => {
  for (const id of ["", "x", "ord_\u0000", "\ud800", paymentId]) expect(await shop.order(staff, id)).toBeNull();
  for (const customerId of ["", "x", "usr_\u0000", "\ud800"]) {
    expect(await shop.list(staff, { filter: { customerId } })).toEqual([]);
  }
  for (const number of ["", "x", "\u0000", "\ud800"]) expect(await shop.list(ada, { filter: { number } })).toEqual([]);
  expect(await shop.list(ada, { filter: { placedBefore: "0001-01-01T00:00:00Z" } })).toEqual([]);
  expect(await shop.list(ada, { filter: { placedAfter: "9999-12-31T23:59:59Z" } })).toEqual([]);
  expect(await shop.list(ada, { filter: { status: [] } })).toEqual([]);
});
