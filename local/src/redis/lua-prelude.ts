/**
 * What a script finds around it: the `redis` table, Lua 5.1's names for what 5.3 calls otherwise, nothing that reads
 * files, and globals that can be neither made nor misspelt unnoticed.
 */
export const prelude = `
local call, sha1hex = redis_call, redis_sha1hex
redis_call, redis_sha1hex = nil, nil

local function reply_of(...)
  local count = select("#", ...)
  if count == 0 then return { err = "ERR Please specify at least one argument for this redis lib call" } end
  for i = 1, count do
    local kind = type((select(i, ...)))
    if kind ~= "string" and kind ~= "number" then
      return { err = "ERR Lua redis lib command arguments must be strings or integers" }
    end
  end
  return call(...)
end

local function error_text(text)
  if string.find(text, " ", 1, true) then return text end
  return "ERR " .. text
end

redis = {
  pcall = reply_of,
  call = function(...)
    local reply = reply_of(...)
    if type(reply) == "table" and reply.err then error(reply, 0) end
    return reply
  end,
  error_reply = function(text) return { err = error_text(text) } end,
  status_reply = function(text) return { ok = text } end,
  sha1hex = sha1hex,
  log = function() end,
  LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
}

-- pcall hands out the text of a refusal, and not the table that redis.call raises.
local protected = pcall
local function text_of(succeeded, first, ...)
  if not succeeded and type(first) == "table" then return false, first.err or first end
  return succeeded, first, ...
end
pcall = function(...) return text_of(protected(...)) end

unpack, loadstring = table.unpack, load
math.pow = function(base, exponent) return base ^ exponent end
table.getn = function(list) return #list end
dofile, loadfile, print = nil, nil, nil

setmetatable(_G, {
  __index = function(_, name)
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
  end,
  __newindex = function(_, name)
    error("Script attempted to create global variable '" .. tostring(name) .. "'", 2)
  end,
})
`;
