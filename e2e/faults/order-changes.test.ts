import { eventually } from "@shop/subgraph-server/testing";
import { Client } from "pg";
import { type FaultShop, someone, startFaultShop } from "./fault-shop";
import { figure } from "./figures";

let shop: FaultShop;
beforeAll(async () => {
  shop = await startFaultShop();
}, 60_000);
afterAll(() => shop.stop());

it("gives back no more than was paid, however many refunds are asked for at once", async () => {
  const kettle = await shop.addProduct({ stock: 10, priceMinor: 1_000 });
  for (let round = 0; round < figure({ short: 1, full: 5 }); round++) {
    const { payment } = await shop.paid(someone(), { [kettle]: 1 });
    const refunds = await Promise.all(Array.from({ length: 20 }, () => shop.refund(payment.id, 600)));

    const refused = refunds.filter(({ errors }) => errors.length > 0);
    expect(refused).toHaveLength(19);
    for (const { errors } of refused) {
      expect(errors).toEqual([{ code: "REFUND_EXCEEDS_PAYMENT", path: ["input", "amount"] }]);
    }
    expect(refunds.find(({ errors }) => errors.length === 0)?.payment).toMatchObject({
      status: "PARTIALLY_REFUNDED",
      refunded: { amountMinor: 600 },
    });
    expect(await shop.refund(payment.id)).toMatchObject({
      payment: { status: "REFUNDED", refunded: { amountMinor: 1_000 } },
      errors: [],
    });
    expect((await shop.charges()).at(-1)).toMatchObject({ state: "captured", refundedMinor: 1_000 });
  }
});

describe("an order that is", () => {
  const ada = someone();
  const changes = {
    pay: (id: string) => shop.pay(ada, id),
    cancel: (id: string) => shop.cancel(ada, id),
    ship: (id: string) => shop.ship(id),
    deliver: (id: string) => shop.deliver(id),
  };
  type Change = keyof typeof changes;

  async function placed(quantity = 1): Promise<string> {
    const kettle = await shop.addProduct({ stock: 1 });
    const { order } = await shop.place(ada, { [kettle]: quantity });
    return order?.id ?? "";
  }
  async function changed(...made: Change[]): Promise<string> {
    const id = await placed();
    for (const change of made) await changes[change](id);
    return id;
  }
  async function expired(): Promise<string> {
    const id = await placed();
    const database = new Client({ connectionString: shop.env["ORDER_DATABASE_URL"] });
    await database.connect();
    await database.query("UPDATE orders SET expires_at = now() WHERE id = $1", [id]);
    await database.end();
    await eventually(
      () => shop.order(id),
      (order) => order?.status === "EXPIRED",
    );
    return id;
  }

  it.each([
    ["AWAITING_PAYMENT", placed, ["ship", "deliver"]],
    ["REJECTED", () => placed(2), ["pay", "cancel", "ship", "deliver"]],
    ["EXPIRED", expired, ["pay", "cancel", "ship", "deliver"]],
    ["CANCELLED", () => changed("cancel"), ["pay", "cancel", "ship", "deliver"]],
    ["PAID", () => changed("pay"), ["pay", "deliver"]],
    ["SHIPPED", () => changed("pay", "ship"), ["pay", "cancel"]],
    ["DELIVERED", () => changed("pay", "ship", "deliver"), ["pay", "cancel", "ship"]],
  ] as const)("%s refuses what does not follow", async (status, make, illegal) => {
    await expectRefused(status, await make(), illegal);
  });

  it("PENDING refuses everything", async () => {
    const kettle = await shop.addProduct({ stock: 1 });
    shop.processes.product.freeze();
    try {
      const { order } = await shop.place(ada, { [kettle]: 1 });
      await expectRefused("PENDING", order?.id ?? "", ["pay", "cancel", "ship", "deliver"]);
    } finally {
      shop.processes.product.thaw();
    }
  });

  async function expectRefused(status: string, id: string, illegal: readonly Change[]): Promise<void> {
    const before = await shop.order(id);
    expect(before?.status).toBe(status);
    const paid = ["PAID", "SHIPPED", "DELIVERED"].includes(status);
    for (const change of illegal) {
      const { order, errors } = await changes[change](id);
      const code = change === "pay" && paid ? "ALREADY_PAID" : "INVALID_TRANSITION";
      expect([change, errors]).toEqual([
        change,
        [{ code, path: [...(change === "pay" ? ["input", "orderId"] : ["id"])] }],
      ]);
      expect(order?.status).toBe(status);
    }
    expect(await shop.order(id)).toEqual(before);
  }
});
