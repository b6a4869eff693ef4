import { type Viewer } from "@shop/auth";
import { rateLimited } from "@shop/graphql-errors";
import { toAddressKey } from "../client-address";
import { withStatus } from "../http-status";
import { type Budget } from "./budget";
import { type CredentialAttempt, succeeded } from "./credential-attempts";
import { createRateLimiter } from "./rate-limiter";
import { type SharedBudgets } from "./shared-budgets";

/** How often, each 0 for as often as one likes. */
export interface RateLimitSettings {
  /** HTTP requests, sockets opened and operations sent over them, in a minute. */
  readonly requestsPerAddress: number;
  readonly requestsPerViewer: number;
  /** Tries at anybody's account in five minutes. */
  readonly credentialsPerAddress: number;
  /** Tries at one account in five minutes; one that succeeds forgives those before. */
  readonly credentialsPerAccount: number;
}

export interface Client {
  readonly address: string | undefined;
  readonly viewer: Viewer | null;
}

/**
 * Every method throws RATE_LIMITED (HTTP 429 with Retry-After) where a budget is spent. Those that every request goes
 * through are mostly done at once, and then return nothing to wait for.
 */
export interface RateLimits {
  /** Counts a request or a new socket, before anything is done for it. */
  admitAddress(address: string | undefined): Promise<void> | undefined;
  /** Counts the same, once it is known who asks. */
  admitViewer(viewer: Viewer | null): Promise<void> | undefined;
  /** Counts an operation on a socket that is open already. */
  admitOperation(client: Client): Promise<void>;
  admitCredentials(attempts: readonly CredentialAttempt[], client: Client): Promise<void>;
  /** To be told what became of them. */
  settleCredentials(attempts: readonly CredentialAttempt[], data: Readonly<Record<string, unknown>>): void;
}

const minuteMs = 60_000;
const fiveMinutesMs = 5 * minuteMs;

export function createRateLimits(settings: RateLimitSettings, shared: SharedBudgets | undefined): RateLimits {
  const limiter = createRateLimiter(shared);
  const budgets = {
    address: { points: settings.requestsPerAddress, windowMs: minuteMs },
    viewer: { points: settings.requestsPerViewer, windowMs: minuteMs },
    credentialsOfAddress: { points: settings.credentialsPerAddress, windowMs: fiveMinutesMs },
    credentialsOfAccount: { points: settings.credentialsPerAccount, windowMs: fiveMinutesMs },
  } satisfies Record<string, Budget>;

  const spend = (kind: keyof typeof budgets, whose: string): Promise<void> | undefined => {
    const spent = limiter.spend(`${kind}:${whose}`, budgets[kind]);
    if (typeof spent !== "number") return spent.then(requireSpent);
    requireSpent(spent);
    return undefined;
  };
  const spendOfAddress = (kind: "address" | "credentialsOfAddress", address: string | undefined) =>
    address === undefined || budgets[kind].points === 0 ? undefined : spend(kind, toAddressKey(address));

  const limits: RateLimits = {
    admitAddress: (address) => spendOfAddress("address", address),
    admitViewer: (viewer) =>
      viewer === null || budgets.viewer.points === 0 ? undefined : spend("viewer", viewer.userId),
    admitOperation: async ({ address, viewer }) => {
      await limits.admitAddress(address);
      await limits.admitViewer(viewer);
    },
    admitCredentials: async (attempts, { address }) => {
      for (const { account } of attempts) {
        await spendOfAddress("credentialsOfAddress", address);
        if (account !== undefined && budgets.credentialsOfAccount.points > 0)
          await spend("credentialsOfAccount", account);
      }
    },
    settleCredentials: (attempts, data) => {
      for (const attempt of attempts) {
        if (attempt.account === undefined || !succeeded(attempt, data)) continue;
        limiter.fill(`credentialsOfAccount:${attempt.account}`);
      }
    },
  };
  return limits;
}

function requireSpent(retryAfterMs: number): void {
  if (retryAfterMs > 0) throw withStatus(rateLimited(Math.ceil(retryAfterMs / 1_000)), 429);
}
