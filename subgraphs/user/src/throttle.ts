import { createHmac, hkdfSync } from "node:crypto";
import { toAddressKey } from "@shop/auth";
import { type Throttled } from "./problem";
import { type TryCounter } from "./try-counter";
import { type Bucket, type Buckets, type Delays, listOf } from "./try-rules";

/** Where a request comes from. */
export interface Client {
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
}

/** How many tries go without a delay, 0 for any number; and what the first delay is. */
export interface TryLimits {
  readonly perClient: number;
  readonly perAddress: number;
  readonly firstDelayMs: number;
}

/** A try that may be made; it counts as one that failed until it is said what it was. */
export interface Try {
  readonly ok: true;
  succeeded(): Promise<void>;
  /** Nothing was tried after all. */
  calledOff(): Promise<void>;
}

export type Throttle = ReturnType<typeof createThrottle>;

const minuteMs = 60_000;
const rememberedMs = 30 * 24 * 60 * minuteMs;
const anyNumber = Number.MAX_SAFE_INTEGER;
const freeForAnAccount = 30;

/**
 * Makes whoever guesses wait, longer and longer, and nobody else for good: see docs/adr/0024-tries-at-accounts.md. Nothing
 * here asks whether there is such an account.
 */
export function createThrottle(deps: { counter: TryCounter; secret: string; limits: TryLimits }) {
  const { counter, limits } = deps;
  const key = Buffer.from(hkdfSync("sha256", deps.secret, "", "tries at accounts", 32));
  const { firstDelayMs: firstMs } = limits;
  const delays = {
    client: { free: limits.perClient || anyNumber, firstMs, maxMs: 5 * minuteMs, forgetMs: 10 * minuteMs },
    address: { free: limits.perAddress || anyNumber, firstMs, maxMs: minuteMs, forgetMs: 2 * minuteMs },
    account: {
      free: limits.perClient === 0 ? anyNumber : freeForAnAccount,
      ...{ firstMs, maxMs: minuteMs / 2, forgetMs: minuteMs },
    },
    request: { free: limits.perAddress || anyNumber, firstMs, maxMs: minuteMs, forgetMs: 10_000 },
  } satisfies Record<string, Delays>;

  /** The store learns no address, of a person or of a machine: without the server's key nobody can tell one. */
  const nameOf = (...parts: string[]): string =>
    createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64url");
  const bucketOf = (kind: keyof typeof delays, ...parts: string[]): Bucket => ({
    key: nameOf(...parts),
    delays: delays[kind],
  });
  const addressOf = ({ address }: Client): string => (address === undefined ? "unknown" : toAddressKey(address));

  async function begin(buckets: Buckets, remembers?: string): Promise<Try | Throttled> {
    const waitMs = await counter.begin(buckets);
    if (waitMs > 0) return { ok: false, retryAfterSeconds: Math.ceil(waitMs / 1_000) };
    const { own, others } = buckets;
    return {
      ok: true,
      succeeded: async () => {
        await counter.forget(own);
        if (others !== undefined) await counter.takeBack([others.shared, others.target]);
        if (remembers !== undefined) await counter.remember(remembers, rememberedMs);
      },
      calledOff: () => counter.takeBack(listOf(buckets)),
    };
  }

  return {
    /**
     * A try at an account's password. Who has signed in to it from the same address with the same client before is delayed
     * by their own tries alone; all others also by what was tried from their address, and at this account.
     */
    signIn: async (emailKey: string, client: Client): Promise<Try | Throttled> => {
      const address = addressOf(client);
      const device = nameOf("device", emailKey, address, client.userAgent ?? "");
      if (await counter.isRemembered(device)) {
        return begin({ own: bucketOf("client", "tries of device", device) }, device);
      }
      const buckets = {
        own: bucketOf("client", "tries at account from address", emailKey, address),
        others: {
          shared: bucketOf("address", "tries from address", address),
          target: bucketOf("account", "tries at account", emailKey),
        },
      };
      return begin(buckets, device);
    },

    /** A try at the password of an account by somebody who is signed in to it: each session for itself. */
    ownPassword: (sessionId: string): Promise<Try | Throttled> =>
      begin({ own: bucketOf("client", "tries of session", sessionId) }),

    /** What is free of guessing but not of nuisance: accounts made, and mail sent to whoever is named. */
    request: (what: "registration" | "password reset", client: Client): Promise<Try | Throttled> =>
      begin({ own: bucketOf("request", what, addressOf(client)) }),
  };
}
