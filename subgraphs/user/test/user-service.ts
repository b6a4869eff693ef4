// The real service on a database of its own, asked as the gateway asks it.
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientAddressHeader } from "@shop/auth";
import { neverSilentMs, testServiceKeys } from "@shop/auth/testing";
import { createTestDatabase, testStores } from "@shop/local/testing";
import { type Answer, createTestClient, type TestClient } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { Client } from "pg";
import { type Config } from "../src/config";
import { seedAccounts } from "../src/seed";
import { startService } from "../src/service";

export type UserAnswer = Answer<Record<string, unknown> | null>;

export interface SignedInUser {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface Caller {
  readonly accessToken?: string | undefined;
  readonly userAgent?: string;
  /** Where the gateway says that they are. */
  readonly address?: string;
}

export interface TestUserService {
  readonly config: Config;
  readonly origin: string;
  ask(document: string, variables?: object, caller?: Caller): Promise<UserAnswer>;
  rest: TestClient<Caller>["rest"];
  /** A new customer with an address that nobody else has. */
  register(profile?: { displayName?: string }): Promise<SignedInUser>;
  signIn(email: string, password: string, userAgent?: string): Promise<SignedInUser>;
  /** One of the demo accounts. */
  signInAs(role: "customer" | "staff" | "admin"): Promise<SignedInUser>;
  /** Changes what only time would change. */
  sql(text: string, values: unknown[]): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export const authFields = "user { id email } tokens { accessToken refreshToken } errors { code path }";

let accounts = 0;

/**
 * @param options.smtpUrl where it sends its mail; to a mailbox of its own without it
 * @param options.through gives the URL by which the service reaches its database
 * @param options.config tries at accounts are not delayed, if it does not say so
 * @param options.imageEndpoint where it finds its image store, if not where that is
 */
export async function startUserService(
  options: {
    through?: (databaseUrl: string) => Promise<string>;
    imageEndpoint?: string;
    smtpUrl?: string;
    config?: Pick<Partial<Config>, "redisUrl" | "tryLimits">;
  } = {},
): Promise<TestUserService> {
  const { kafkaBrokers, s3 } = testStores();
  const database = await createTestDatabase("user");
  const mailboxDir = await mkdtemp(join(tmpdir(), "mailbox-"));
  const config: Config = {
    production: false,
    host: "127.0.0.1",
    port: 0,
    databaseUrl: (await options.through?.(database.url)) ?? database.url,
    kafkaBrokers,
    consumerGroup: `user-${randomUUID()}`,
    redisUrl: undefined,
    tryLimits: { perClient: 0, perAddress: 0, firstDelayMs: 0 },
    adminEmail: undefined,
    ...options.config,
    feedSilentAfterMs: neverSilentMs,
    imageStore: { ...s3, endpoint: options.imageEndpoint ?? s3.endpoint, publicUrl: s3.endpoint, bucket: "shop" },
    mailer: { from: "shop@shop.test", smtpUrl: options.smtpUrl, mailboxDir },
    publicUrl: "https://shop.test",
    tokenIssuer: "http://user.test",
    tokenAudience: "shop-test",
    tokenSecret: "a-token-secret-for-tests",
    callers: {
      graphql: { gateway: [testServiceKeys.gateway.publicKey] },
      mailAddresses: { notification: [testServiceKeys.notification.publicKey] },
    },
  };
  await seedAccounts(config);
  const log = createLogger("user-test");
  log.level = process.env["LOG_LEVEL"] ?? "silent";
  const service = await startService(config, log);
  const origin = `http://127.0.0.1:${service.port}`;
  const testClient = createTestClient<Caller>({
    port: () => service.port,
    callee: "user",
    gatewayKey: testServiceKeys.gateway.privateKey,
    headersOf: ({ accessToken, userAgent = "tests", address = "192.0.2.1" }) =>
      Promise.resolve({
        "user-agent": userAgent,
        [clientAddressHeader]: address,
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      }),
  });
  const ask: TestUserService["ask"] = (document, variables, caller = {}) =>
    testClient.query(document, variables, caller);
  const client = new Client({ connectionString: database.url });
  await client.connect();

  async function signIn(email: string, password: string, userAgent = "tests"): Promise<SignedInUser> {
    const document = `mutation ($input: LoginInput!) { login(input: $input) { ${authFields} } }`;
    const { data } = await ask(document, { input: { email, password } }, { userAgent });
    return toSignedInUser(data?.["login"], password);
  }

  return {
    config,
    origin,
    ask,
    rest: testClient.rest,
    signIn,
    register: async ({ displayName = "Jo Customer" } = {}) => {
      const input = { email: `jo-${++accounts}@example.org`, password: "correct horse battery", displayName };
      const document = `mutation ($input: RegisterUserInput!) { registerUser(input: $input) { ${authFields} } }`;
      const { data } = await ask(document, { input });
      return toSignedInUser(data?.["registerUser"], input.password);
    },
    signInAs: (role) => signIn(`${role}@example.com`, "demo-password-1"),
    sql: async (text, values) => (await client.query<Record<string, unknown>>(text, values)).rows,
    stop: async () => {
      await service.stop();
      await client.end();
      await database.drop();
      await rm(mailboxDir, { recursive: true });
    },
  };
}

function toSignedInUser(payload: unknown, password: string): SignedInUser {
  const { user, tokens } = payload as {
    user: { id: string; email: string };
    tokens: { accessToken: string; refreshToken: string };
  };
  return { ...user, ...tokens, password };
}
