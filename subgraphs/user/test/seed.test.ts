import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { testServiceKeys } from "@shop/auth/testing";
import { formatServiceKey } from "@shop/env";
import { createTestDatabase, type TestDatabase } from "@shop/local/testing";
import { Client } from "pg";
import { type Config } from "../src/config";
import { seedAccounts } from "../src/seed";

// Making accounts needs no broker and no image store.
const nowhere = "http://127.0.0.1:1";

let database: TestDatabase;
let client: Client;
let config: Config;
beforeEach(async () => {
  database = await createTestDatabase("user");
  client = new Client({ connectionString: database.url });
  await client.connect();
  config = {
    production: false,
    host: "127.0.0.1",
    port: 0,
    databaseUrl: database.url,
    kafkaBrokers: ["127.0.0.1:1"],
    consumerGroup: "user",
    redisUrl: undefined,
    tryLimits: { perClient: 0, perAddress: 0, firstDelayMs: 0 },
    adminEmail: undefined,
    imageStore: { endpoint: nowhere, publicUrl: nowhere, accessKey: "", secretKey: "", bucket: "shop" },
    mailer: { from: "", smtpUrl: undefined, mailboxDir: "" },
    publicUrl: nowhere,
    tokenIssuer: "http://user.test",
    tokenAudience: "shop-test",
    tokenSecret: "a-token-secret-for-tests",
    callers: { graphql: {}, mailAddresses: {} },
  };
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const accounts = async () =>
  (await client.query<{ email: string; role: string }>("SELECT email, role FROM users ORDER BY id")).rows;
const demoAccounts = [
  { email: "customer@example.com", role: "CUSTOMER" },
  { email: "staff@example.com", role: "STAFF" },
  { email: "admin@example.com", role: "ADMIN" },
];

it("makes the demo accounts once", async () => {
  expect(await seedAccounts(config)).toEqual(demoAccounts.map(({ email }) => email));
  expect(await seedAccounts(config)).toEqual([]);
  expect(await accounts()).toEqual(demoAccounts);
});

it("completes what a run that was cut short has left", async () => {
  await seedAccounts(config);
  await client.query("DELETE FROM users WHERE role <> 'CUSTOMER'");
  expect(await seedAccounts(config)).toEqual(["staff@example.com", "admin@example.com"]);
});

it("makes none where somebody has an account, nor in production", async () => {
  expect(await seedAccounts({ ...config, production: true })).toEqual([]);
  await client.query(
    `INSERT INTO users (id, email, email_key, password_hash, display_name, created_at)
     VALUES ('usr_1', 'real@example.org', 'real@example.org', '', 'Real', now())`,
  );
  expect(await seedAccounts(config)).toEqual([]);
  expect(await accounts()).toHaveLength(1);
});

it("runs as a program that prints one line and exits with 0", () => {
  const run = () =>
    spawnSync(process.execPath, [join(__dirname, "../dist/seed.js")], {
      env: {
        ...process.env,
        USER_DATABASE_URL: config.databaseUrl,
        KAFKA_BROKERS: "127.0.0.1:1",
        GATEWAY_SERVICE_PUBLIC_KEYS: formatServiceKey(testServiceKeys.gateway.publicKey),
        NOTIFICATION_SERVICE_PUBLIC_KEYS: formatServiceKey(testServiceKeys.notification.publicKey),
        NODE_ENV: "",
      },
      encoding: "utf8",
    });
  expect(run()).toMatchObject({
    status: 0,
    stdout: "accounts: made customer@example.com, staff@example.com, admin@example.com\n",
  });
  expect(run()).toMatchObject({ status: 0, stdout: "accounts: none made\n" });
});
