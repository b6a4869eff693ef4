import { toAddressKey, type Viewer } from "@shop/auth";
import { rateLimited } from "@shop/graphql-errors";
import { withStatus } from "../http-status";
import { type Budget } from "./budget";
import { createRateLimiter } from "./rate-limiter";
import { type SharedBudgets } from "./shared-budgets";

/** How often, each 0 for as often as one likes. */
export interface RateLimitSettings {
  /** HTTP requests, sockets opened and operations sent over them, in a minute. */
  readonly requestsPerAddress: number;
  readonly requestsPerViewer: number;
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
}

const minuteMs = 60_000;

export function createRateLimits(settings: RateLimitSettings, shared: SharedBudgets | undefined): RateLimits {
  const limiter = createRateLimiter(shared);
  const budgets = {
    address: { points: settings.requestsPerAddress, windowMs: minuteMs },
    viewer: { points: settings.requestsPerViewer, windowMs: minuteMs },
  } satisfies Record<string, Budget>;

  const spend = (kind: keyof typeof budgets, whose: string): Promise<void> | undefined => {
    const spent = limiter.spend(`${kind}:${whose}`, budgets[kind]);
    if (typeof spent !== "number") return spent.then(requireSpent);
    requireSpent(spent);
    return undefined;
  };

  const limits: RateLimits = {
    admitAddress: (address) =>
      address === undefined || budgets.address.points === 0 ? undefined : spend("address", toAddressKey(address)),
    admitViewer: (viewer) =>
      viewer === null || budgets.viewer.points === 0 ? undefined : spend("viewer", viewer.userId),
    admitOperation: async ({ address, viewer }) => {
      await limits.admitAddress(address);
      await limits.admitViewer(viewer);
    },
  };
  return limits;
}

function requireSpent(retryAfterMs: number): void {
  if (retryAfterMs > 0) throw withStatus(rateLimited(Math.ceil(retryAfterMs / 1_000)), 429);
}
