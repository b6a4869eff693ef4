import { type Script } from "@shop/redis";

/**
 * The rule of try-rules.ts as a Redis script, by Redis' own clock. KEYS: own, or own, shared and target; ARGV:
 * free, firstMs, maxMs and forgetMs of each. Returns for how many milliseconds to wait.
 */
const begin = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local buckets = {}
for i, key in ipairs(KEYS) do
  local kept = redis.call("HMGET", key, "count", "lastAt", "target")
  local bucket = {
    key = key, free = tonumber(ARGV[i * 4 - 3]), first = tonumber(ARGV[i * 4 - 2]),
    max = tonumber(ARGV[i * 4 - 1]), forget = tonumber(ARGV[i * 4]), count = 0
  }
  if kept[1] then
    bucket.last, bucket.target = tonumber(kept[2]), tonumber(kept[3])
    bucket.count = math.max(0, tonumber(kept[1]) - (now - bucket.last) / bucket.forget)
  end
  buckets[i] = bucket
end
local function delay_of(bucket, count)
  local over = math.ceil(count) - bucket.free
  if over < 0 then return 0 end
  return math.min(bucket.max, bucket.first * 2 ^ math.min(over, 60))
end
local function wait_of(bucket)
  if not bucket or not bucket.last then return 0 end
  return math.ceil(bucket.last + math.max(bucket.target, delay_of(bucket, bucket.count)) - now)
end
local function keep(bucket, count, target)
  redis.call("HSET", bucket.key, "count", string.format("%.6f", count), "lastAt", string.format("%.0f", now),
    "target", string.format("%.0f", target))
  local kept = math.ceil(count) * bucket.forget + 2 * math.max(bucket.max, target)
  redis.call("PEXPIRE", bucket.key, string.format("%.0f", kept))
end
local own, shared, target = buckets[1], buckets[2], buckets[3]
local target_delay = target and delay_of(target, target.count) or 0
if not own.last and target_delay > 0 then
  keep(own, 0, target_delay)
  return math.ceil(target_delay)
end
local wait = math.max(wait_of(own), wait_of(shared))
if wait > 0 then return wait end
keep(own, own.count + 1, target and delay_of(target, target.count + 1) or 0)
if shared then keep(shared, shared.count + 1, 0) end
if target then keep(target, target.count + 1, 0) end
return 0
`;

/** Takes a try back of each of KEYS; they are delayed as they were before it. */
const takeBack = `
for _, key in ipairs(KEYS) do
  local count = redis.call("HGET", key, "count")
  if count then redis.call("HSET", key, "count", string.format("%.6f", math.max(0, tonumber(count) - 1))) end
end
return 0
`;

export const tryScripts = {
  begin: { lua: begin },
  takeBack: { lua: takeBack },
  forget: { lua: `return redis.call("DEL", KEYS[1])`, numberOfKeys: 1 },
  remember: { lua: `redis.call("SET", KEYS[1], "1", "PX", ARGV[1]) return 1`, numberOfKeys: 1 },
  isRemembered: { lua: `return redis.call("EXISTS", KEYS[1])`, numberOfKeys: 1 },
} satisfies Record<string, Script>;
