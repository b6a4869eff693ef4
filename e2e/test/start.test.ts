import { existsSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ShopClient } from "./client";
import { eventually } from "./eventually";
import { isRunning } from "./processes";
import {
  beginToStart,
  refusedStart,
  removeData,
  type RunningShop,
  shopEnvironment,
  startDev,
  startRunningShop,
  startSeed,
} from "./running-shop";
import { logIn, pay, placeOrder, register, stockNewProduct } from "./shopping";

const nothingLeft = { code: 0, left: [] };
const root = join(__dirname, "../..");

describe("a shop", () => {
  let shop: RunningShop;
  let customer: ShopClient;
  let productId: string;

  const endsWhileStarting: unknown[] = [];

  beforeAll(async () => {
    const env = await shopEnvironment();
    for (const sign of ["for development", "order listens"]) {
      const starting = beginToStart(env);
      await starting.writes(sign);
      endsWhileStarting.push(await starting.stop("SIGINT", "SIGTERM"));
    }
    shop = await startRunningShop(env);
    productId = await stockNewProduct(await logIn(shop.url, "staff@example.com"), "Sturdy lamp", 10_000);
    customer = await register(shop.url);
  }, 120_000);
  afterAll(async () => {
    await shop.stop();
    removeData(shop);
  }, 60_000);

  const purchase = async (): Promise<string> => {
    const orderId = await placeOrder(customer, productId, 1);
    expect(await pay(customer, orderId)).toBe("CAPTURED");
    return orderId;
  };
  /** All that a store keeps: the order, its product with the picture, and what the inbox tells of it. */
  const isThere = async (orderId: string): Promise<boolean> => {
    const { order, notifications } = await customer.run<Kept>(kept, { orderId });
    const [picture] = order?.lines[0]?.product.images ?? [];
    const told = notifications.edges.map(({ node }) => node.subject?.id);
    return order?.status === "PAID" && told.includes(orderId) && (await fetch(picture?.url ?? "")).ok;
  };

  /** One that ended with another before its turn came needs not to be killed, and cannot be. */
  const killIfRunning = (pid: number): void => {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };

  it("ends when asked to while it starts, leaves nothing behind, and starts on what there is of its data", () => {
    expect(endsWhileStarting).toEqual([nothingLeft, nothingLeft]);
  });

  it("starts a service again that is killed, and tells the end of its log", async () => {
    const killed = shop.writes("order died. The end of its log");
    process.kill(shop.pidOf("order"), "SIGKILL");
    await killed;
    await eventually(async () => isThere(await purchase()));
  }, 60_000);

  it("is not started a second time on the same data", async () => {
    const { code, message } = await refusedStart({ ...shop.env, ...(await otherPorts()) });
    expect({ code, message: message.trim() }).toEqual({
      code: 1,
      message: `A shop runs on ${shop.dataDir} already. End it first, or set DATA_DIR to another folder.`,
    });
  });

  it("is filled by the seed, which is interrupted and run again, with products to see, to buy and to review", async () => {
    const cut = startSeed(shop.env, "--products", "3000");
    await cut.begun;
    cut.interrupt();
    expect(await cut.ended).not.toBe(0);
    const again = startSeed(shop.env, "--products", "500");
    expect([await again.ended, again.output()]).toEqual([
      0,
      expect.stringMatching(/Made \d+ products; \d+ were there/),
    ]);
    const [made = 0, found = 0] = (/Made (\d+) products; (\d+)/.exec(again.output()) ?? []).slice(1).map(Number);
    expect([made + found, found > 0]).toEqual([500, true]);

    const { products } = await customer.run<Seeded>(seededProducts, {});
    const [{ node: seeded } = { node: null }] = products.edges;
    expect(new Set(products.edges.map(({ node }) => node.id)).size).toBe(products.edges.length);
    expect((await fetch(seeded?.images[0]?.url ?? "")).ok).toBe(true);
    const id = seeded?.id ?? "";
    expect(await pay(customer, await placeOrder(customer, id, 1))).toBe("CAPTURED");
    // The comment service hears of all products through their events.
    await eventually(async () => {
      const input = { productId: id, rating: 5, body: "As it was drawn.", idempotencyKey: "of-a-seeded-product" };
      const { addReview } = await customer.run<{ addReview: { errors: object[] } }>(reviewing, { input });
      return addReview.errors.length === 0;
    });
  }, 60_000);

  it("says what is wrong with a seed", async () => {
    const nothing = startSeed(shop.env, "--products", "none");
    expect([await nothing.ended, nothing.output()]).toEqual([1, expect.stringContaining("Usage: npm run seed")]);
    const nowhere = startSeed({ ...shop.env, DATA_DIR: join(shop.dataDir, "nowhere") }, "--products", "1");
    expect([await nowhere.ended, nowhere.output()]).toEqual([1, expect.stringContaining("No shop runs on")]);
  });

  it("keeps all that it acknowledged while every store is killed in turn", async () => {
    const acknowledged: string[] = [];
    const closing = new AbortController();
    const traffic = (async () => {
      while (!closing.signal.aborted) {
        try {
          acknowledged.push(await purchase());
        } catch {
          await sleep(100); // a store is down: nothing was promised
        }
      }
    })();
    for (const store of ["kafka", "mongo", "s3", "postgres", "redis"]) {
      const died = shop.writes(`${store} died`);
      process.kill(shop.pidOf(store), "SIGKILL");
      await died;
      const before = acknowledged.length;
      await eventually(() => Promise.resolve(acknowledged.length > before && shop.pidOf(store) > 0));
    }
    closing.abort();
    await traffic;
    for (const orderId of acknowledged) await eventually(() => isThere(orderId));
  }, 120_000);

  it("comes back when all of its processes are killed at once", async () => {
    const orderId = await purchase();
    shop.processes().forEach(killIfRunning);
    await eventually(() => isThere(orderId), 60_000);
    await eventually(async () => isThere(await purchase()));
  }, 120_000);

  it("lends a service to whoever works on it, and takes it back", async () => {
    const dev = startDev("order", shop.env);
    const listened = (times: number) => () => Promise.resolve(dev.output().split("order listens").length > times);
    await eventually(listened(1));
    expect(() => shop.pidOf("order")).toThrow();
    await eventually(async () => isThere(await purchase()));

    const source = join(root, "subgraphs/order/src/main.ts");
    utimesSync(source, new Date(), new Date());
    await eventually(listened(2));
    await eventually(async () => isThere(await purchase()));

    dev.interrupt();
    expect(await dev.ended).toBe(0);
    await eventually(() => Promise.resolve(shop.pidOf("order") > 0));
    await eventually(async () => isThere(await purchase()));
  }, 120_000);

  it("finds its data again after its supervisor is killed, and ends what that left behind", async () => {
    const orderId = await purchase();
    await eventually(() => isThere(orderId)); // its notification comes a moment later
    const orphans = shop.processes();
    process.kill(shop.supervisorPid, "SIGKILL");
    shop = await startRunningShop(shop.env);
    // A service frees its port, which the new one waits for, before it has ended.
    await eventually(() => Promise.resolve(!orphans.some(isRunning)));
    expect(await isThere(orderId)).toBe(true);
    expect(existsSync(join(shop.dataDir, "shop.log.1"))).toBe(true);
  }, 120_000);

  it("ends on Ctrl-C, pressed twice, and begins anew where it is asked to", async () => {
    const dev = startDev("user", shop.env);
    await eventually(() => Promise.resolve(dev.output().includes("user listens")));
    expect(await shop.stop("SIGINT", "SIGINT")).toEqual(nothingLeft);
    expect(await dev.ended).toBe(0);
    expect(dev.output()).toContain("The shop has ended.");

    shop = await startRunningShop(shop.env, ["--fresh"]);
    const staff = await logIn(shop.url, "staff@example.com");
    const { products } = await staff.run<{ products: { totalCount: number } }>(
      `{ products(filter: { search: "sturdy lamp" }) { totalCount } }`,
    );
    expect(products.totalCount).toBe(0);
  }, 120_000);
});

interface Seeded {
  readonly products: {
    readonly edges: { readonly node: { readonly id: string; readonly images: { readonly url: string }[] } }[];
  };
}

const seededProducts = `{ products(filter: { attributes: [{ name: "maker", values: ["Norrland"] }], inStock: true }, first: 100) {
  edges { node { id images { url } } } } }`;
const reviewing = `mutation ($input: AddReviewInput!) { addReview(input: $input) { errors { code } } }`;

interface Kept {
  readonly order: {
    readonly status: string;
    readonly lines: { readonly product: { readonly images: { readonly url: string }[] } }[];
  } | null;
  readonly notifications: { readonly edges: { readonly node: { readonly subject: { readonly id: string } | null } }[] };
}

const kept = `query ($orderId: ID!) {
  order(id: $orderId) { status lines { product { images { url } } } }
  notifications(first: 100) { edges { node { subject { ... on Order { id } } } } }
}`;

async function otherPorts(): Promise<Record<string, string>> {
  const { DATA_DIR: dataDir = "", ...ports } = await shopEnvironment();
  rmSync(dataDir, { recursive: true });
  return ports;
}
