import { topics, userDeleted } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { createMessageBus, type MessageBus, toEventRecord } from "@shop/messaging";
import { eventually } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { type OrderAnswer, type Person, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
let bus: MessageBus;
const staff = someone("STAFF");
const cup = createId("prd");
beforeAll(async () => {
  shop = await startShop();
  const log = createLogger("order-test");
  log.level = "silent";
  bus = createMessageBus({ brokers: shop.config.kafkaBrokers, clientId: "test", topics, log });
  shop.inventory.add(cup, { stock: 1_000 });
});
afterAll(async () => {
  await bus.stop();
  await shop.stop();
});

const shippingAddress = {
  recipient: "Zebulon Quist",
  line1: "Quist Row 7",
  line2: "c/o Quist",
  city: "Quistown",
  region: "Quistland",
  postalCode: "Q7 7Q",
  countryCode: "DE",
  phone: "+49 30 777 4711",
};
const personal = ["quist", "777 4711", "q7 7q"];
const erased = { recipient: "", line1: "", line2: null, city: "", countryCode: "DE" };

async function place(as: Person): Promise<OrderAnswer> {
  const { order } = await shop.place(as, { [cup]: 1 }, { shippingAddress });
  return shop.until(as, order?.id ?? "", "AWAITING_PAYMENT");
}

async function buy(as: Person): Promise<OrderAnswer> {
  const { id } = await place(as);
  await shop.pay(as, id);
  return shop.until(as, id, "PAID");
}

const depart = ({ userId }: Person) => bus.publish([toEventRecord(userDeleted, { userId })]);

/** An order, as staff sees it, once it has no address any more. */
const untilErased = (id: string): Promise<OrderAnswer | null> =>
  eventually(
    () => shop.order(staff, id),
    (order) => (order?.["shippingAddress"] as { recipient: string }).recipient === "",
  );

const storedOf = async (orders: OrderAnswer[]): Promise<string> => {
  const mine = (row: string): boolean => orders.some(({ id }) => row.includes(id));
  return (await shop.stored())
    .flat()
    .map((row) => JSON.stringify(row).toLowerCase())
    .filter(mine)
    .join();
};

it("leaves of the orders of a deleted account what the books need, and of those on their way the address until they end", async () => {
  const [leaving, other] = [someone(), someone()];
  const [delivered, onItsWay, cancelled] = [await buy(leaving), await buy(leaving), await buy(leaving)];
  await shop.ship(staff, delivered.id);
  await shop.deliver(staff, delivered.id);
  await shop.cancel(leaving, cancelled.id, { reason: "The Quists are moving." });
  const unpaid = await place(leaving);
  const ofOther = await place(other);
  const available = shop.inventory.available(cup);

  await depart(leaving);

  const { total, number, lines, placedAt } = delivered;
  expect(await untilErased(delivered.id)).toMatchObject({
    ...{ total, number, lines, placedAt, customer: { id: leaving.userId }, status: "DELIVERED" },
    ...{ shippingAddress: erased, trackingNumber: null },
  });
  expect(await untilErased(unpaid.id)).toMatchObject({
    status: "CANCELLED",
    timeline: [{}, {}, { note: "The customer's account was deleted.", actor: null }],
  });
  expect(await untilErased(cancelled.id)).toMatchObject({
    timeline: [{}, {}, {}, { status: "CANCELLED", note: null, actor: { id: leaving.userId } }],
  });
  await eventually(
    () => Promise.resolve(shop.inventory.available(cup)),
    (now) => now === available + 1,
  );
  const stored = await storedOf([delivered, unpaid, cancelled]);
  // The number of an order cannot hold it: its groups are of four.
  for (const text of [...personal, "track-1"]) expect(stored).not.toContain(text);

  const standing = { shippingAddress: { recipient: "Zebulon Quist", line1: "Quist Row 7" } };
  expect(await shop.order(staff, onItsWay.id)).toMatchObject({ status: "PAID", ...standing });
  await shop.ship(staff, onItsWay.id);
  expect(await shop.order(staff, onItsWay.id)).toMatchObject(standing);
  await shop.deliver(staff, onItsWay.id);
  await untilErased(onItsWay.id);
  expect(await shop.order(staff, ofOther.id)).toMatchObject({ status: "AWAITING_PAYMENT", ...standing });
});

it("ends an order that was placed after the deletion, and forgets who is gone when nothing more can come", async () => {
  const leaving = someone();
  const departed = () => shop.sql.query("SELECT 1 FROM departures WHERE user_id = $1", [leaving.userId]);
  // By another instance; this one has not heard of it, and takes the token still.
  await shop.sql.query("INSERT INTO departures (user_id) VALUES ($1)", [leaving.userId]);
  const { order } = await shop.place(leaving, { [cup]: 1 }, { shippingAddress });
  expect(await untilErased(order?.id ?? "")).toMatchObject({ status: "CANCELLED" });

  const keys = () => shop.sql.query("SELECT 1 FROM idempotency_keys WHERE viewer_id = $1", [leaving.userId]);
  expect((await keys()).rowCount).toBe(1);
  await shop.sql.query("UPDATE departures SET departed_at = now() - interval '61 minutes' WHERE user_id = $1", [
    leaving.userId,
  ]);
  await eventually(departed, ({ rowCount }) => rowCount === 0);
  expect((await keys()).rowCount).toBe(0);

  const before = await shop.stored();
  await depart(leaving); // told again, by a broker that forgot how far it was read
  await eventually(departed, ({ rowCount }) => rowCount === 1);
  expect(await shop.stored()).toEqual(before);
});

it("lets nothing of a timeline be changed but a note be taken out", async () => {
  const { id } = await buy(someone());
  for (const change of ["note = 'x'", "at = now(), note = NULL", "actor_id = NULL", "status = 'EXPIRED'"]) {
    await expect(shop.sql.query(`UPDATE order_timeline SET ${change} WHERE order_id = $1`, [id])).rejects.toThrow(
      "append-only",
    );
  }
  await expect(shop.sql.query("DELETE FROM order_timeline WHERE order_id = $1", [id])).rejects.toThrow("append-only");
});
