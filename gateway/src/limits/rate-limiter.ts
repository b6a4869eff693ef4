import { type Budget, takePoints } from "./budget";
import { type SharedBudgets } from "./shared-budgets";

export interface RateLimiter {
  /**
   * Spends points of what belongs to `key`; mostly without waiting for anything.
   * @param points one where it is not given
   * @returns 0 where they were there, else after how many milliseconds to try again
   */
  spend(key: string, budget: Budget, points?: number): number | Promise<number>;
}

/** What this process knows of one budget. */
interface Purse {
  /** Taken of the shared budget, and not spent yet. */
  points: number;
  pointsEndAtMs: number;
  /** The shared budget was found empty: until then nobody asks again. */
  emptyUntilMs: number;
  /** Of the process's own budget, which counts while the shared one cannot be reached. */
  fullAtMs: number;
  asking: Promise<boolean> | undefined;
}

/** A process takes this part of a shared budget at once and spends it without asking; all of them never spend more. */
const shareTakenAtOnce = 1 / 50;
/** Those that were seen first are forgotten first. */
const maxPurses = 50_000;

/** @param shared undefined where this process counts by itself */
export function createRateLimiter(shared: SharedBudgets | undefined): RateLimiter {
  const purses = new Map<string, Purse>();

  const purseOf = (key: string): Purse => {
    const known = purses.get(key);
    if (known !== undefined) return known;
    const [oldest] = purses.size < maxPurses ? [] : purses.keys();
    if (oldest !== undefined) purses.delete(oldest);
    const purse = { points: 0, pointsEndAtMs: 0, emptyUntilMs: 0, fullAtMs: 0, asking: undefined };
    purses.set(key, purse);
    return purse;
  };

  const spendShared = async (key: string, budget: Budget, points: number, from: SharedBudgets): Promise<number> => {
    const purse = purseOf(key);
    for (;;) {
      const known = spendFrom(purse, points);
      if (known !== undefined) return known;
      purse.asking ??= refill(purse, key, budget, points, from).finally(() => (purse.asking = undefined));
      if (!(await purse.asking)) return spendOwn(purse, budget, points);
    }
  };

  return {
    spend: (key, budget, points = 1) => {
      const purse = purseOf(key);
      if (shared === undefined) return spendOwn(purse, budget, points);
      return spendFrom(purse, points) ?? spendShared(key, budget, points, shared);
    },
  };
}

/** @returns undefined where nothing is known of what is left */
function spendFrom(purse: Purse, points: number): number | undefined {
  const nowMs = Date.now();
  if (purse.points >= points && nowMs < purse.pointsEndAtMs) {
    purse.points -= points;
    return 0;
  }
  return nowMs < purse.emptyUntilMs ? purse.emptyUntilMs - nowMs : undefined;
}

/** @returns whether the shared budget could be asked */
async function refill(purse: Purse, key: string, budget: Budget, need: number, from: SharedBudgets): Promise<boolean> {
  const want = Math.max(need, Math.floor(budget.points * shareTakenAtOnce));
  const taken = await from.take(key, { need, want, budget });
  if (taken === undefined) return false;
  const nowMs = Date.now();
  purse.points = taken.granted + (nowMs < purse.pointsEndAtMs ? purse.points : 0);
  purse.pointsEndAtMs = nowMs + budget.windowMs;
  purse.emptyUntilMs = nowMs + taken.retryAfterMs;
  return true;
}

function spendOwn(purse: Purse, budget: Budget, points: number): number {
  const taken = takePoints(purse.fullAtMs, Date.now(), { need: points, want: points, budget });
  purse.fullAtMs = taken.fullAtMs;
  return taken.retryAfterMs;
}
