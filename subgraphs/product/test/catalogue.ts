// The service on real stores, as the gateway and the order service see it.
import { createServiceCredential, type Role, serviceCredentialHeader } from "@shop/auth";
import { startTestIssuer } from "@shop/auth/testing";
import { createId } from "@shop/ids";
import { createInventoryClient, type InventoryClient } from "@shop/inventory-rpc";
import { testMongoUrl, testStores } from "@shop/local/testing";
import { createLogger } from "@shop/telemetry";
import { type Config } from "../src/config";
import { startService } from "../src/service";
import { createConnection } from "mongoose";

export const log = createLogger("product.test");
log.level = "silent";

interface Answer {
  readonly data: Record<string, any> | null; // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever was selected
  readonly errors?: { message: string; path?: string[]; extensions: { code: string } }[];
}

export interface TestCatalogue {
  readonly config: Config;
  readonly inventory: InventoryClient;
  readonly inventoryUrl: string;
  /** Sends an operation as the gateway does. @param role of the viewer; null for an anonymous one */
  ask(operation: string, variables?: object, role?: Role | null): Promise<Answer>;
  /** As `ask`, for STAFF: the one field of the answer, which must have no top-level error. */
  staff(operation: string, variables?: object): Promise<any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever was selected
  /** Makes an ACTIVE product. @returns its id */
  addProduct(product?: object): Promise<string>;
  available(productId: string): Promise<number>;
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
    imageStore: { ...s3, publicUrl: s3.endpoint, bucket: "shop" },
    tokens: { jwksUrl: "", issuer: "", audience: "" },
    serviceSecret: "a-secret-of-the-tests",
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
  const credential = createServiceCredential({ service: "test", secret: config.serviceSecret });
  const inventoryUrl = `http://127.0.0.1:${service.inventoryPort}`;
  const inventory = createInventoryClient({ baseUrl: inventoryUrl, credential, deadlineMs: 20_000 });

  async function ask(operation: string, variables: object = {}, role: Role | null = null): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${service.port}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        [serviceCredentialHeader]: await credential(),
        ...(role === null ? {} : { authorization: await issuer.bearer({ userId: `usr_${role}`, role }) }),
      },
      body: JSON.stringify({ query: operation, variables }),
    });
    return (await response.json()) as Answer;
  }

  async function staff(operation: string, variables: object = {}): Promise<unknown> {
    const { data, errors } = await ask(operation, variables, "STAFF");
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return Object.values(data ?? {})[0];
  }

  return {
    config,
    inventory,
    inventoryUrl,
    ask,
    staff,
    addProduct: async (product = {}) => {
      const payload = (await staff(createProduct, { input: productInput({ publish: true, ...product }) })) as {
        product: { id: string } | null;
        errors: unknown[];
      };
      if (payload.product === null) throw new Error(JSON.stringify(payload.errors));
      return payload.product.id;
    },
    available: async (id) => {
      const product = (await staff("query ($id: ID!) { product(id: $id) { available } }", { id })) as {
        available: number;
      };
      return product.available;
    },
    stop: async () => {
      await service.stop();
      await issuer.stop();
      const connection = await createConnection(config.mongoUrl).asPromise();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
