/** So many points may be spent at once; they come back evenly, all of them within the window. */
export interface Budget {
  readonly points: number;
  readonly windowMs: number;
}

export interface Taken {
  /** Points; 0 where there are fewer than were needed. */
  readonly granted: number;
  /** Until as many as were needed have come back; 0 where they were granted. */
  readonly retryAfterMs: number;
}

/**
 * Takes points of a budget (the "generic cell rate algorithm": its whole state is when it will be full again).
 * @param fullAtMs since 1970, as returned before; 0 for a budget that nobody has touched
 * @param need with fewer than these nothing is taken
 * @param want no more than these are taken
 */
export function takePoints(
  fullAtMs: number,
  nowMs: number,
  { need, want, budget: { points, windowMs } }: { need: number; want: number; budget: Budget },
): Taken & { readonly fullAtMs: number } {
  const pointMs = windowMs / points;
  const spentUntilMs = Math.max(fullAtMs, nowMs);
  const left = Math.floor((nowMs + windowMs - spentUntilMs) / pointMs + rounding);
  if (left < need) {
    return { granted: 0, fullAtMs, retryAfterMs: Math.ceil(spentUntilMs + need * pointMs - windowMs - nowMs) };
  }
  const granted = Math.min(want, left);
  return { granted, fullAtMs: spentUntilMs + granted * pointMs, retryAfterMs: 0 };
}

/** A point is not lost to a division that comes out as 4.999…. */
const rounding = 1e-6;

/** The same rule as a Redis script. KEYS: the budget; ARGV: points, window in ms, need, want. By Redis' own clock. */
export const takePointsScript = `
local time = redis.call("TIME")
local now = time[1] * 1000 + time[2] / 1000
local points, window, need, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local point = window / points
local spent_until = math.max(tonumber(redis.call("GET", KEYS[1]) or "0"), now)
local left = math.floor((now + window - spent_until) / point + ${rounding})
if left < need then
  return { 0, math.ceil(spent_until + need * point - window - now) }
end
local granted = math.min(want, left)
local full_at = spent_until + granted * point
redis.call("SET", KEYS[1], string.format("%.3f", full_at), "PX", string.format("%.0f", math.ceil(full_at - now)))
return { granted, 0 }
`;
