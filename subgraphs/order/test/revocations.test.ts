// Tokens that were revoked, and a feed that nobody keeps alive, on a broker of this test's own.
import { createTestFeed, type TestFeed } from "@shop/auth/testing";
import { userDeleted, userRoleChanged, userSessionsRevoked } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { startTestBroker, type TestBroker } from "@shop/local/testing";
import { eventually } from "@shop/subgraph-server/testing";
import * as documents from "./documents";
import { type Person, someone, startShop, type TestShop } from "./shop";

let broker: TestBroker;
let feed: TestFeed;
let shop: TestShop;
const kettle = createId("prd");

beforeAll(async () => {
  broker = await startTestBroker();
  feed = createTestFeed(broker.brokers);
  shop = await startShop({ kafkaBrokers: broker.brokers, feedSilentAfterMs: 2_000 });
  shop.inventory.add(kettle, { stock: 100, priceMinor: 500 });
});
afterAll(async () => {
  await shop.stop();
  await feed.stop();
  await broker.stop();
});

const before = () => new Date().toISOString();
// With one token: one that is issued some seconds after a change of roles has the new one, and is not refused.
const signedIn = (role: "CUSTOMER" | "STAFF" = "CUSTOMER") => ({
  ...someone(role),
  sessionId: createId("ses"),
  issuedAt: new Date(),
});
const codeOf = async (document: string, variables: object, as: Person): Promise<string> => {
  const { errors } = await shop.query(document, variables, as);
  return errors?.[0]?.extensions.code ?? "ok";
};
const ship = (as: Person, id: string) => codeOf(documents.shipOrder, { id }, as);

/** Keeps the feed from being silent for as long as something takes. */
async function withHeartbeats(work: () => Promise<void>): Promise<void> {
  const beating = setInterval(() => void feed.prove().catch(() => undefined), 200);
  await work().finally(() => clearInterval(beating));
}

it("refuses a token that was revoked at every door, and again after a restart", async () => {
  const [ended, deleted, demoted] = [signedIn(), signedIn(), signedIn("STAFF")];
  const doors: ((as: Person) => Promise<unknown>)[] = [
    (as) => codeOf(documents.orders, {}, as),
    (as) => codeOf(documents.entities, { representations: [{ __typename: "User", id: as.userId }] }, as),
    async (as) => (await shop.rest("GET", "/v1/orders", as)).status,
  ];
  const ask = (as: Person) => Promise.all(doors.map((door) => door(as)));
  const refused = ["UNAUTHENTICATED", "UNAUTHENTICATED", 401];
  const untilRefused = (as: Person) =>
    eventually(
      () => ask(as),
      (answers) => answers.join() === refused.join(),
    );

  for (const person of [ended, deleted, demoted]) expect(await ask(person)).toEqual(["ok", "ok", 200]);
  await feed.tell(userSessionsRevoked, { userId: ended.userId, sessionIds: [ended.sessionId], before: before() });
  await feed.tell(userDeleted, { userId: deleted.userId });
  await feed.tell(userRoleChanged, { userId: demoted.userId, role: "CUSTOMER" });
  for (const person of [ended, deleted, demoted]) await untilRefused(person);
  await shop.restart();
  for (const person of [ended, deleted, demoted]) await untilRefused(person);
  expect(await ask({ ...ended, sessionId: createId("ses") })).toEqual(["ok", "ok", 200]);
});

it("lets staff change nothing while the feed is silent, but what any customer may, and serves customers", async () => {
  const [customer, staff] = [signedIn(), signedIn("STAFF")];
  const { order } = await shop.paid(customer, { [kettle]: 1 });
  const open = await shop.placed(customer, { [kettle]: 1 });
  const unavailable = await eventually(
    () => shop.query(documents.shipOrder, { id: order.id }, staff),
    ({ errors }) => errors !== undefined,
  );
  expect(unavailable.errors).toMatchObject([
    { extensions: { code: "SERVICE_UNAVAILABLE", retryAfterSeconds: expect.any(Number) as number } },
  ]);
  const key = { idempotencyKey: "the-same-key-each-time" };
  const pay = { input: { orderId: open.id, paymentToken: "tok_ok", ...key } };
  expect([
    await codeOf(documents.cancelOrder, { id: open.id, ...key }, staff),
    await codeOf(documents.payOrder, pay, staff),
    (await shop.post(`/v1/orders/${order.id}/ship`, staff, { trackingNumber: "T-1" })).status,
    await ship(customer, order.id),
  ]).toEqual(["SERVICE_UNAVAILABLE", "SERVICE_UNAVAILABLE", 503, "FORBIDDEN"]);

  expect((await shop.order(staff, order.id))?.status).toBe("PAID");
  expect(await codeOf(documents.orders, { filter: { allCustomers: true } }, staff)).toBe("ok");
  await shop.paid(staff, { [kettle]: 1 });
  expect((await shop.cancel(customer, open.id)).errors).toEqual([]);
});

it("takes up staff's changes as soon as the feed is proven, and drops them with the broker", async () => {
  const [customer, staff] = [signedIn(), signedIn("STAFF")];
  const orders = [];
  for (let n = 0; n < 2; n++) orders.push((await shop.paid(customer, { [kettle]: 1 })).order.id);
  const [first = "", second = ""] = orders;
  await withHeartbeats(async () => {
    await eventually(
      () => ship(staff, first),
      (code) => code === "ok",
    );
    await broker.goAway();
    await eventually(
      () => codeOf(documents.deliverOrder, { id: "ord_unknown" }, staff),
      (code) => code === "SERVICE_UNAVAILABLE",
    );
    expect((await shop.order(customer, second))?.status).toBe("PAID");
    await broker.comeBack();
    await eventually(
      () => ship(staff, second),
      (code) => code === "ok",
    );
  });
});
