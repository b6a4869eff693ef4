// The scripts of a feed. Each gets the feed's keys in this order, all under one hash tag:
//   KEYS[1] order    sorted set: an entry's id, scored by its sequence number
//   KEYS[2] entries  hash: an entry's id to "<sequence> <added at, ms> [<traceparent> ]<data>"
//   KEYS[3] known    sorted set: what was added or dropped before, scored by when it may be forgotten (ms)
//   KEYS[4] state    hash: sequence (the last given), addedAt (of the last), trimmedTo and trimmedId (the last that was
//                    trimmed), closed
//   KEYS[5] read     hash: an entry's id to when it was read (ms)
//   KEYS[6] muted    set: kinds that are dropped
// Times stay strings, because Lua prints a large number as 1.7e+12.

/** Takes away what is too old or too many. `oldestMs` and `maxLength` are each script's first two arguments. */
const trim = `
local function trim(oldestMs, maxLength)
  local excess = redis.call('ZCARD', KEYS[1]) - tonumber(maxLength)
  while true do
    local oldest = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
    if not oldest then return end
    local sequence, addedAt = string.match(redis.call('HGET', KEYS[2], oldest), '^(%d+) (%d+) ')
    if excess <= 0 and tonumber(addedAt) >= tonumber(oldestMs) then return end
    redis.call('ZREM', KEYS[1], oldest)
    redis.call('HDEL', KEYS[2], oldest)
    redis.call('HDEL', KEYS[5], oldest)
    redis.call('HSET', KEYS[4], 'trimmedTo', sequence, 'trimmedId', oldest)
    excess = excess - 1
  end
end
local function floor()
  return redis.call('HGET', KEYS[4], 'trimmedTo') or '0', redis.call('HGET', KEYS[4], 'trimmedId') or ''
end
local function withEntries(reply, ids)
  for _, id in ipairs(ids) do
    reply[#reply + 1] = id
    reply[#reply + 1] = redis.call('HGET', KEYS[2], id)
    reply[#reply + 1] = redis.call('HGET', KEYS[5], id) or ''
  end
  return reply
end
`;

/**
 * Adds an entry unless it is known, muted, or the feed is closed; then wakes whoever waits for it.
 * ARGV: oldestMs, maxLength, nowMs, id, knownAs, forgetAtMs, kind, data, expireMs or 0, channel, feed.
 */
export const append = `${trim}
local now, id, kind, expireMs = ARGV[3], ARGV[4], ARGV[7], ARGV[9]
if redis.call('HGET', KEYS[4], 'closed') then return 'CLOSED' end
if redis.call('ZSCORE', KEYS[3], ARGV[5]) then return 'KNOWN' end
redis.call('ZADD', KEYS[3], ARGV[6], ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
if kind ~= '' and redis.call('SISMEMBER', KEYS[6], kind) == 1 then return 'MUTED' end
local last = redis.call('HGET', KEYS[4], 'addedAt')
if last and tonumber(last) > tonumber(now) then now = last end
local sequence = redis.call('HINCRBY', KEYS[4], 'sequence', 1)
redis.call('HSET', KEYS[4], 'addedAt', now)
redis.call('ZADD', KEYS[1], sequence, id)
redis.call('HSET', KEYS[2], id, sequence .. ' ' .. now .. ' ' .. ARGV[8])
trim(ARGV[1], ARGV[2])
if expireMs ~= '0' then
  for position = 1, 4 do redis.call('PEXPIRE', KEYS[position], expireMs) end
end
redis.call('PUBLISH', ARGV[10], ARGV[11])
return 'ADDED'
`;

/**
 * Reads what follows a position, oldest first, if the entry there is the one that it names or the last one trimmed.
 * ARGV: oldestMs, maxLength, sequence, id, limit. Returns CLOSED, GONE, or FOUND and per entry its id, value and read time.
 */
export const readAfter = `${trim}
if redis.call('HGET', KEYS[4], 'closed') then return { 'CLOSED' } end
trim(ARGV[1], ARGV[2])
local sequence, id = floor()
if sequence ~= ARGV[3] then id = redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[3], ARGV[3])[1] end
if id ~= ARGV[4] then return { 'GONE' } end
return withEntries({ 'FOUND' }, redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[3], '+inf', 'LIMIT', 0, ARGV[5]))
`;

/**
 * Reads backwards, newest first. ARGV: oldestMs, maxLength, sequence to begin with, limit.
 * Returns the last trimmed position (sequence, id) and per entry its id, value and read time.
 */
export const readBack = `${trim}
trim(ARGV[1], ARGV[2])
local sequence, id = floor()
return withEntries({ sequence, id }, redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[3], '-inf', 'LIMIT', 0, ARGV[4]))
`;

/** The position of the newest entry. ARGV: oldestMs, maxLength. Returns sequence, id, and the entry's value where it is kept. */
export const head = `${trim}
trim(ARGV[1], ARGV[2])
local newest = redis.call('ZRANGE', KEYS[1], -1, -1)[1]
if newest then return { redis.call('HGET', KEYS[4], 'sequence'), newest, redis.call('HGET', KEYS[2], newest) } end
local sequence, id = floor()
return { sequence, id }
`;

/** Marks one entry as read. ARGV: oldestMs, maxLength, id, nowMs. Returns its sequence, or nil. */
export const markRead = `${trim}
trim(ARGV[1], ARGV[2])
local sequence = redis.call('ZSCORE', KEYS[1], ARGV[3])
if sequence then redis.call('HSETNX', KEYS[5], ARGV[3], ARGV[4]) end
return sequence
`;

/** Marks all up to a sequence as read. ARGV: oldestMs, maxLength, sequence, nowMs. Returns how many were not. */
export const markReadUpTo = `${trim}
trim(ARGV[1], ARGV[2])
local marked = 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])) do
  marked = marked + redis.call('HSETNX', KEYS[5], id, ARGV[4])
end
return marked
`;

/** How many entries up to a sequence are not read. ARGV: oldestMs, maxLength, sequence. */
export const countUnread = `${trim}
trim(ARGV[1], ARGV[2])
local unread = redis.call('ZCARD', KEYS[1]) - redis.call('HLEN', KEYS[5])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[3], '+inf')) do
  unread = unread - 1 + redis.call('HEXISTS', KEYS[5], id)
end
return unread
`;
