// The service on real stores, as the gateway and the order service see it.
import { createServiceCredentials, type Role } from "@shop/auth";
import { neverSilentMs, startTestIssuer, testServiceKeys } from "@shop/auth/testing";
import { createId } from "@shop/ids";
import { createInventoryClient, type InventoryClient } from "@shop/inventory-rpc";
import { testMongoUrl, testStores } from "@shop/local/testing";
import { type Answer, createTestClient, type TestClient } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { type Config } from "../src/config";
import { startService } from "../src/service";
import { createConnection } from "mongoose";

export const log = createLogger("product.test");
log.level = "silent";

export interface SeenError {
  readonly code: string;
  readonly message: string;
  readonly path: string[];
}

export interface SeenProduct {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly status: string;
  readonly available: number;
  readonly stock: number;
  readonly version: number;
  readonly attributes: object[];
  readonly images: { id: string; url: string; contentType: string; width: number; height: number; alt: string }[];
}

/** What tests read of a payload or a thing: as much of it is there as was selected, and what failed is null. */
export interface Seen extends SeenProduct {
  readonly errors: SeenError[];
  readonly product: SeenProduct;
  readonly category: { id: string; slug: string; version: number };
  readonly adjustment: { id: string; availableAfter: number };
  readonly upload: { id: string; url: string; fields: { name: string; value: string }[] };
  readonly results: object[];
  readonly path: { name: string }[];
  readonly products: { totalCount: number };
}

export interface TestCatalogue {
  readonly config: Config;
  /** Of its GraphQL endpoint. */
  readonly url: string;
  readonly inventory: InventoryClient;
  readonly inventoryUrl: string;
  /** Sends an operation as the gateway does. @param role of the viewer; null for an anonymous one */
  ask(operation: string, variables?: object, role?: Role | null): Promise<Answer<Record<string, unknown> | null>>;
  rest: TestClient<Role>["rest"];
  /** The Authorization of a viewer. */
  bearer(role: Role): Promise<string>;
  /** As `ask`, for STAFF: the one field of the answer, which must have no top-level error. */
  staff(operation: string, variables?: object): Promise<Seen>;
  /** Makes an ACTIVE product. @returns its id */
  addProduct(product?: object): Promise<string>;
  available(productId: string): Promise<number>;
  /** Stops this instance and leaves its data to others. */
  stopOnly(): Promise<void>;
  /** Stops it and drops its database. */
  stop(): Promise<void>;
}

export const testConfig = (mongoUrl = testMongoUrl()): Config => {
  const { kafkaBrokers, s3 } = testStores();
  return {
    host: "127.0.0.1",
    port: 0,
    inventoryPort: 0,
    mongoUrl,
    kafkaBrokers,
    feedSilentAfterMs: neverSilentMs,
    consumerGroup: createId("evt"), // topics are shared with other tests; who reads them is not
    imageStore: { ...s3, publicUrl: s3.endpoint, bucket: "shop" },
    tokens: { jwksUrl: "", issuer: "", audience: "" },
    callers: {
      graphql: { gateway: [testServiceKeys.gateway.publicKey] },
      inventory: { order: [testServiceKeys.order.publicKey] },
    },
    currency: "EUR",
    holdSweepIntervalMs: 100,
  };
};

export const createProduct = `mutation ($input: CreateProductInput!) { createProduct(input: $input) {
  product { id slug name description status available stock version price { amountMinor currency } category { id } attributes { name value } }
  errors { code message path } } }`;

export function productInput(product: object = {}): object {
  return {
    idempotencyKey: createId("evt"),
    name: "Kettle",
    description: "Boils water.",
    price: { amountMinor: 2_500, currency: "EUR" },
    ...product,
  };
}

/** Starts the service. @param change of its configuration */
export async function startCatalogue(change: Partial<Config> = {}): Promise<TestCatalogue> {
  const issuer = await startTestIssuer();
  const config = { ...testConfig(), tokens: issuer, ...change };
  const service = await startService(config, log);
  const credentialFor = createServiceCredentials({ caller: "order", key: testServiceKeys.order.privateKey });
  const credential = () => credentialFor("product");
  const inventoryUrl = `http://127.0.0.1:${service.inventoryPort}`;
  const inventory = createInventoryClient({ baseUrl: inventoryUrl, credential, deadlineMs: 30_000 });

  const url = `http://127.0.0.1:${service.port}/graphql`;
  const bearer = (role: Role): Promise<string> => issuer.bearer({ userId: `usr_${role}`, role });
  const client = createTestClient<Role>({
    port: () => service.port,
    callee: "product",
    gatewayKey: testServiceKeys.gateway.privateKey,
    headersOf: async (role) => ({ authorization: await bearer(role) }),
  });
  const staff: TestCatalogue["staff"] = (operation, variables) => client.field(operation, variables, "STAFF");

  async function stopOnly(): Promise<void> {
    await service.stop();
    await issuer.stop();
  }

  return {
    config,
    url,
    inventory,
    inventoryUrl,
    ask: client.query,
    rest: client.rest,
    bearer,
    staff,
    addProduct: async (product = {}) => {
      const payload = await staff(createProduct, { input: productInput({ publish: true, ...product }) });
      if (payload.errors.length > 0) throw new Error(JSON.stringify(payload.errors));
      return payload.product.id;
    },
    available: async (id) => (await staff("query ($id: ID!) { product(id: $id) { available } }", { id })).available,
    stopOnly,
    stop: async () => {
      await stopOnly();
      const connection = await createConnection(config.mongoUrl).asPromise();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
