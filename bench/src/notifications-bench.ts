// Run by `npm run bench:notifications`: from an event's commit to those who subscribed, through the whole shop on two cores.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startTestIssuer, type TestIssuer } from "@shop/auth/testing";
import { createCall } from "./calls";
import { checkoutCores, repository } from "./config";
import { describeMachine } from "./machine";
import { measureIdleSockets, measureSilentReaders } from "./notifications/memory";
import { createAsk } from "./notifications/ask";
import { type NotificationHandlers } from "./notifications/load-process";
import { findCeiling, type Measuring, measureOrders } from "./notifications/measurements";
import { type NotificationsReport, writeGoals, writeReport } from "./notifications/report";
import { startShop } from "./orders/running-shop";
import { startPinned } from "./pinned-process";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "10" } } });
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 1 || seconds > 60) {
  process.stderr.write("Usage: npm run bench:notifications -- [--seconds <1 to 60>]\n");
  process.exit(1);
}

const subscribers = 1_000;
const idleSockets = 2_000;
/** More than any run sells. */
const units = 1_000_000;
const measured = {
  packages: { kafkajs: "node_modules", ioredis: "node_modules", "graphql-ws": "node_modules" },
  sources: ["gateway/src", "subgraphs", "packages", "local/src", "bench/src"],
};

async function addProduct(url: string, staff: string): Promise<string> {
  const input = {
    ...{ idempotencyKey: "benchmark", name: "Kettle", description: "Boils water.", publish: true },
    ...{ price: { amountMinor: 1_000, currency: "EUR" }, initialStock: units },
  };
  const mutation = "mutation Add($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }";
  const { createProduct } = await createAsk(url)<{ createProduct: { product: { id: string } } }>(
    mutation,
    { input },
    staff,
  );
  return createProduct.product.id;
}

async function run(issuer: TestIssuer): Promise<NotificationsReport> {
  const shop = await startShop({
    orderInstances: 1,
    env: {
      // Signed here: a thousand sign-ins would be a benchmark of passwords.
      ...{ JWKS_URL: issuer.jwksUrl, TOKEN_ISSUER: issuer.issuer, TOKEN_AUDIENCE: issuer.audience },
      ...{ RATE_LIMIT_VIEWER: "0", RATE_LIMIT_ADDRESS: "0", MAX_VIEWER_SOCKETS: "5000" },
    },
  });
  const load = startPinned({
    core: checkoutCores,
    args: [join(__dirname, "notifications/load-process.js")],
    ipc: true,
  });
  try {
    // Asked for again where a slow machine may have outlived the first.
    const signInStaff = () => issuer.bearer({ userId: "usr_staff", role: "STAFF" });
    const signInViewers = () =>
      Promise.all(Array.from({ length: subscribers }, (_, index) => issuer.bearer({ userId: `usr_${index}` })));
    const [staff, viewers] = [await signInStaff(), await signInViewers()];
    const productId = await addProduct(shop.gatewayUrl, staff);
    const measuring: Measuring = {
      ...{ shop, call: createCall<NotificationHandlers>(load.child), loadPid: load.pid, staff, productId },
      forMs: seconds * 1_000,
    };
    const idle = await measureIdleSockets(measuring, { sockets: idleSockets, viewers });
    const orders = [
      await measureOrders(measuring, { viewers: viewers.slice(0, 1), orders: 10 * seconds }),
      await measureOrders(measuring, { viewers, orders: 10 * seconds }),
    ];
    const sameViewer = await findCeiling(measuring, { authorizations: viewers.map(() => null) });
    const silent = await measureSilentReaders(measuring, { sockets: 50, changes: 200 });
    const differentViewers = await findCeiling(
      { ...measuring, staff: await signInStaff() },
      { authorizations: await signInViewers() },
    );
    return { machine: describeMachine(measured), seconds, idle, silent, orders, sameViewer, differentViewers };
  } finally {
    await load.stop();
    await shop.stop();
  }
}

async function saveReport(report: NotificationsReport): Promise<string> {
  const folder = join(repository, "bench/results");
  const file = `${report.machine.date}-notifications`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${file}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(join(folder, `${file}.md`), `${writeReport(report)}\n`);
  return `bench/results/${file}.md`;
}

async function main(): Promise<void> {
  const issuer = await startTestIssuer();
  try {
    const report = await run(issuer);
    const file = await saveReport(report);
    process.stdout.write(`\n${writeGoals(report)}\n\nThe whole of it is in ${file}.\n`);
  } finally {
    await issuer.stop();
  }
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
void main();
