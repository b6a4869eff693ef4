import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ShopClient } from "./client";
import { eventually } from "./eventually";
import { isRunning } from "./processes";
import {
  baseEnvironment,
  beginToStart,
  refusedStart,
  removeData,
  type RunningShop,
  shopEnvironment,
  startRunningShop,
} from "./running-shop";
import { logIn, pay, placeOrder, register, stockNewProduct } from "./shopping";

const nothingLeft = { code: 0, left: [] };
const root = join(__dirname, "../..");

describe("a start that is refused", () => {
  let env: Record<string, string>;
  beforeAll(async () => {
    env = await shopEnvironment();
  });
  afterAll(() => rmSync(env["DATA_DIR"] ?? "", { recursive: true }));

  it("names an option that it does not have", async () => {
    const { code, message } = await refusedStart(env, ["--frsh"]);
    expect({ code, message: message.trim() }).toEqual({
      code: 1,
      message: "There is no option --frsh; there is --fresh.",
    });
  });

  it("names every variable of its own that does not fit", async () => {
    const { code, message } = await refusedStart({ ...env, GATEWAY_PORT: "0", MONGO_URL: "http://localhost" });
    expect(code).toBe(1);
    expect(message).toContain("GATEWAY_PORT: must not be 0");
    expect(message).toContain("MONGO_URL: must be a URL that begins with mongodb://");
    expect(message).not.toMatch(/^\s+at /m);
  });

  it("names every variable of the services that does not fit, and two ports that are one, before it starts anything", async () => {
    const port = env["S3_PORT"] ?? "";
    const { code, message } = await refusedStart({
      ...env,
      SHOP_CURRENCY: "money",
      S3_PUBLIC_URL: "nowhere",
      COMMENT_PORT: port,
    });
    expect(code).toBe(1);
    expect(message).toContain("SHOP_CURRENCY: ");
    expect(message).toContain("S3_PUBLIC_URL: ");
    expect(message).toContain(`S3_PORT and COMMENT_PORT are both ${port}. Set one to another port.`);
    expect(message).not.toMatch(/^\s+at /m);
  });

  it("names a port in use and the variable that moves it", async () => {
    const server = createServer().listen(Number(env["ORDER_PORT"]), "127.0.0.1");
    await once(server, "listening");
    const { code, message } = await refusedStart(env);
    server.close();
    expect({ code, message: message.trim() }).toEqual({
      code: 1,
      message:
        `Port ${env["ORDER_PORT"] ?? ""}, wanted for order, is in use. ` +
        `End what listens there, or set ORDER_PORT to another port.`,
    });
  });

  it("names every store that was given and does not answer", async () => {
    const silent = createServer().listen(Number(env["MONGO_PORT"]), "127.0.0.1");
    await once(silent, "listening");
    const silentAddress = `127.0.0.1:${env["MONGO_PORT"] ?? ""}`;
    const nobodysAddress = `127.0.0.1:${env["REDIS_PORT"] ?? ""}`;
    const { code, message } = await refusedStart({
      ...env,
      ORDER_DATABASE_URL: `postgresql://me:my-password@${nobodysAddress}/order`,
      MONGO_URL: `mongodb://${nobodysAddress}/shop`,
      REDIS_URL: `redis://${nobodysAddress}`,
      KAFKA_BROKERS: silentAddress,
      S3_ENDPOINT: `http://${nobodysAddress}`,
    });
    silent.close();
    expect(code).toBe(1);
    const lines = message.trim().split("\n");
    const variables = ["ORDER_DATABASE_URL", "MONGO_URL", "REDIS_URL", "KAFKA_BROKERS", "S3_ENDPOINT"];
    expect(lines).toHaveLength(variables.length);
    for (const [index, variable] of variables.entries()) {
      expect(lines[index]).toMatch(
        new RegExp(`^${variable} names .*, which does not answer as it should: .* correct ${variable}, or`),
      );
    }
    expect(message).not.toContain("my-password");
  });

  it("names an address that is none of this machine's", async () => {
    const { code, message } = await refusedStart({ ...env, HOST: "203.0.113.7" });
    expect(code).toBe(1);
    expect(message.trim().split("\n")).toEqual([expect.stringContaining("HOST names 203.0.113.7")]);
  });

  it("asks for the build where there is none", () => {
    const folder = mkdtempSync(join(tmpdir(), "shop-e2e-unbuilt-"));
    copyFileSync(join(root, "local/start.mjs"), join(folder, "start.mjs"));
    const { status, stderr } = spawnSync(process.execPath, [join(folder, "start.mjs")], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(status).toBe(1);
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringContaining("dist/start.js"),
      "The build is missing or incomplete: run npm ci.",
    ]);
  });

  it("is what `npm run dev` asks for where no shop runs", async () => {
    const dev = startDev("order", env);
    expect(await dev.ended).toBe(1);
    expect(dev.output()).toContain(`No shop runs on ${env["DATA_DIR"] ?? ""}: start one with \`npm start\``);
  });

  it("names a data folder that cannot be", async () => {
    const { code, message } = await refusedStart({ ...env, DATA_DIR: "/dev/null/data" });
    expect(code).toBe(1);
    expect(message.trim()).toMatch(/^DATA_DIR, .*\/dev\/null\/data/);
  });
});

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
  }, 60_000);
  afterAll(async () => {
    await shop.stop();
    removeData(shop);
  });

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
    for (const pid of shop.processes()) process.kill(pid, "SIGKILL");
    await eventually(() => isThere(orderId), 60_000);
    await eventually(async () => isThere(await purchase()));
  }, 120_000);

  it("lends a service to whoever works on it, and takes it back", async () => {
    const dev = startDev("order", shop.env);
    const listened = (times: number) => () => Promise.resolve(dev.output().split("order listens").length > times);
    await eventually(listened(1));
    expect(() => shop.pidOf("order")).toThrow();
    await purchase();

    const source = join(root, "subgraphs/order/src/main.ts");
    utimesSync(source, new Date(), new Date());
    await eventually(listened(2));
    await eventually(async () => isThere(await purchase()));

    dev.interrupt();
    expect(await dev.ended).toBe(0);
    await eventually(() => Promise.resolve(shop.pidOf("order") > 0));
    await eventually(async () => isThere(await purchase()));
  }, 60_000);

  it("finds its data again after its supervisor is killed, and ends what that left behind", async () => {
    const orderId = await purchase();
    const orphans = shop.processes();
    process.kill(shop.supervisorPid, "SIGKILL");
    shop = await startRunningShop(shop.env);
    expect(orphans.filter(isRunning)).toEqual([]);
    expect(await isThere(orderId)).toBe(true);
    expect(existsSync(join(shop.dataDir, "shop.log.1"))).toBe(true);
  }, 60_000);

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
  }, 60_000);
});

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

/** As `npm run dev -w subgraphs/<name>` does. */
function startDev(name: string, env: Readonly<Record<string, string>>) {
  const cwd = join(root, "subgraphs", name);
  const child = spawn(process.execPath, [join(root, "local/dist/dev.js")], {
    cwd,
    env: { ...baseEnvironment(), ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { ended, output: () => output, interrupt: () => child.kill("SIGINT") };
}

async function otherPorts(): Promise<Record<string, string>> {
  const { DATA_DIR: dataDir = "", ...ports } = await shopEnvironment();
  rmSync(dataDir, { recursive: true });
  return ports;
}
