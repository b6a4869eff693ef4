import { randomBytes } from "node:crypto";
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "@shop/telemetry/testing";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { createShopClient } from "../test/client";
import { eventually } from "../test/eventually";
import { inboxHead, news, type OrderNews } from "../test/purchase";
import { removeData, type RunningShop, shopEnvironment, startRunningShop } from "../test/running-shop";
import { logIn, pay, placeOrder, registerForTokens, stockNewProduct } from "../test/shopping";

let collector: OtlpReceiver;
let shop: RunningShop;

beforeAll(async () => {
  collector = await startOtlpReceiver();
  shop = await startRunningShop({
    ...(await shopEnvironment()),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_BSP_SCHEDULE_DELAY: "500",
  });
}, 120_000);

afterAll(async () => {
  await shop.stop();
  removeData(shop);
  await collector.stop();
}, 60_000);

const onTheWay = [
  "gateway: POST /graphql",
  "gateway: ask order",
  "order: POST /graphql",
  "order: inventory Reserve",
  "product: inventory Reserve",
  "order: publish order.v1",
  "notification: receive order.v1",
  "notification: notify subscriber",
  "gateway: deliver event",
  "gateway: ask product",
  "product: POST /graphql",
];

it("a purchase is one trace, from the client's request to what a subscriber is told, and tells nothing of anybody", async () => {
  const staff = await logIn(shop.url, "staff@example.com");
  const productId = await stockNewProduct(staff, "Tracelamp", 5);
  const { accessToken } = await registerForTokens(shop.url);
  const watching = createShopClient(shop.url, accessToken);
  const watched = watching.subscribe<OrderNews>(news, { after: await inboxHead(watching) });

  const traceId = randomBytes(16).toString("hex");
  const clientSpanId = randomBytes(8).toString("hex");
  const customer = createShopClient(shop.url, accessToken, `00-${traceId}-${clientSpanId}-01`);
  const orderId = await placeOrder(customer, productId, 1);
  expect(await pay(customer, orderId)).toBe("CAPTURED");
  const told = [await watched.next(), await watched.next()];
  expect(told.map(({ notificationReceived }) => notificationReceived.kind)).toEqual(["ORDER_PLACED", "ORDER_PAID"]);
  await watched.end();

  const ofTrace = (): ReceivedSpan[] => collector.spans.filter((span) => span.traceId === traceId);
  const orphans = (): ReceivedSpan[] => {
    const known = new Set([clientSpanId, ...ofTrace().map(({ spanId }) => spanId)]);
    return ofTrace().filter(({ parentSpanId }) => !known.has(parentSpanId));
  };
  const steps = (): string[] => ofTrace().map(({ service, name }) => `${service}: ${name}`);
  const partners = new Set(["gateway", "order", "product", "notification", "user"]);
  await eventually(() => {
    expect(orphans()).toEqual([]);
    expect(steps().filter((step) => step === "gateway: deliver event").length).toBeGreaterThanOrEqual(2);
    expect(steps()).toEqual(expect.arrayContaining(onTheWay));
    // Nobody is "unknown". Who verifies a token for the first time asks user for its keys.
    expect(steps().filter((step) => !partners.has(step.split(":")[0] ?? ""))).toEqual([]);
    const databases = ofTrace().map(({ attributes }) => attributes["db.system.name"] ?? attributes["db.system"]);
    expect(databases).toEqual(expect.arrayContaining(["postgresql", "mongodb", "redis"]));
    return Promise.resolve(true);
  });

  const all = collector.spans.map(({ text }) => text).join("\n");
  for (const secret of [accessToken, "demo-password", "@example", "Lovelace", "St James", "tok_ok", "Tracelamp"]) {
    expect(all).not.toContain(secret);
  }
}, 120_000);

it("an operation on a socket joins the trace that it names, and so does what is opened for it at the subgraph", async () => {
  const traceId = randomBytes(16).toString("hex");
  const client = createClient({ url: `${shop.url.replace("http", "ws")}/graphql`, webSocketImpl: WebSocket });
  const events = client.iterate({
    query: `subscription { productUpdated(productId: "prd_unknown") { id } }`,
    extensions: { traceparent: `00-${traceId}-${randomBytes(8).toString("hex")}-01` },
  });
  const first = events.next();
  await eventually(() => {
    const ofTrace = collector.spans.filter((span) => span.traceId === traceId);
    expect(ofTrace.map(({ service, name }) => `${service}: ${name}`)).toEqual(
      expect.arrayContaining(["gateway: websocket operation", "notification: subscribe"]),
    );
    return Promise.resolve(true);
  });
  await client.dispose();
  await first.catch(() => undefined);
}, 60_000);
