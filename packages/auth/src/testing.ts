// For tests: keys of services, and a stand-in for the user service's.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { type EventDefinition, userOutboxDrained } from "@shop/event-contracts";
import { createMessageBus, type EventRecord, toEventRecord } from "@shop/messaging";
import { createLogger } from "@shop/telemetry";
import { exportJWK, generateKeyPair } from "jose";
import { signAccessToken } from "./access-token";
import { accessTokenLifetimeMs, type Role } from "./viewer";

/** For services whose feed of revocations nobody keeps alive: it is never so old as to be silent. */
export const neverSilentMs = Number.MAX_SAFE_INTEGER;

const makePair = () => generateKeyPairSync("ed25519");
/** The keys of the services that ask others, made anew for each test file. */
export const testServiceKeys = { gateway: makePair(), order: makePair(), notification: makePair() };

export interface TestIssuer {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** The value of an Authorization header for this user. */
  bearer(user: { userId: string; role?: Role; sessionId?: string; issuedAt?: Date; expiresAt?: Date }): Promise<string>;
  stop(): Promise<void>;
}

/** Starts an issuer of access tokens that publishes its key on a free port. */
export async function startTestIssuer(): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA");
  const keyId = "test";
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: "EdDSA", use: "sig" }] });
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json").end(jwks);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = "test-issuer";
  const audience = "test-shop";
  return {
    jwksUrl: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    issuer,
    audience,
    bearer: async ({
      userId,
      role = "CUSTOMER",
      sessionId = "ses_test",
      issuedAt = new Date(),
      expiresAt = new Date(issuedAt.getTime() + accessTokenLifetimeMs),
    }) => {
      const claims = { userId, role, sessionId, tokenId: "test", issuedAt, expiresAt };
      return `Bearer ${await signAccessToken(claims, { key: privateKey, keyId, issuer, audience })}`;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface TestFeed {
  tell<Payload>(event: EventDefinition<Payload>, payload: NoInfer<Payload>): Promise<EventRecord>;
  /** The same event, with the same id. */
  tellAgain(record: EventRecord): Promise<void>;
  /** Says that all was told that was committed before. */
  prove(upTo?: Date): Promise<void>;
  stop(): Promise<void>;
}

/** Tells on user.v1 what the user service would. */
export function createTestFeed(brokers: string[]): TestFeed {
  const log = createLogger("test-feed");
  log.level = "silent";
  const bus = createMessageBus({ brokers, clientId: "test-feed", topics: ["user.v1"], log });
  return {
    tell: async (event, payload) => {
      const record = toEventRecord(event, payload);
      await bus.publish([record]);
      return record;
    },
    tellAgain: (record) => bus.publish([record]),
    prove: (upTo = new Date()) =>
      bus.publishEverywhere("user.v1", (partitions) =>
        toEventRecord(userOutboxDrained, { upTo: upTo.toISOString(), partitions }),
      ),
    stop: () => bus.stop(),
  };
}
