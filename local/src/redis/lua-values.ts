import { lua, type LuaState } from "./lua";
import { type Bytes, noReply, nullArray, RedisError, type Reply, Status } from "./reply";

const maxDepth = 100;
/** What C makes of a number that is none, or is infinite. */
const minInt64 = -(2n ** 63n);

export function toLua(bytes: Bytes): Uint8Array {
  return Uint8Array.from(Buffer.from(bytes, "latin1"));
}

export function toBytes(value: Uint8Array | null): Bytes {
  return value === null ? "" : Buffer.from(value.buffer, value.byteOffset, value.length).toString("latin1");
}

/** Pushes a reply as a script sees it: null is false, a status is a table with `ok`, an error one with `err`. */
export function pushReply(L: LuaState, reply: Reply): void {
  lua.lua_checkstack(L, 4);
  if (typeof reply === "string") lua.lua_pushstring(L, toLua(reply));
  else if (typeof reply === "number" || typeof reply === "bigint") lua.lua_pushnumber(L, Number(reply));
  else if (reply === null || reply === nullArray || reply === noReply) lua.lua_pushboolean(L, false);
  else if (reply instanceof Status) pushField(L, "ok", reply.text);
  else if (reply instanceof RedisError) pushField(L, "err", reply.message);
  else {
    lua.lua_newtable(L);
    for (const [i, element] of reply.entries()) {
      pushReply(L, element);
      lua.lua_rawseti(L, -2, i + 1);
    }
  }
}

function pushField(L: LuaState, name: string, value: Bytes): void {
  lua.lua_newtable(L);
  lua.lua_pushstring(L, toLua(name));
  lua.lua_pushstring(L, toLua(value));
  lua.lua_rawset(L, -3);
}

/**
 * Takes the topmost value of the stack as a reply: numbers lose their fraction, true is 1, false is null, and a table
 * is a list up to its first nil.
 */
export function popReply(L: LuaState, depth = 0): Reply {
  const reply = readReply(L, depth);
  lua.lua_pop(L, 1);
  return reply;
}

function readReply(L: LuaState, depth: number): Reply {
  switch (lua.lua_type(L, -1)) {
    case lua.LUA_TSTRING:
      return toBytes(lua.lua_tostring(L, -1));
    case lua.LUA_TNUMBER:
      return toInteger(lua.lua_tonumber(L, -1));
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(L, -1) ? 1 : null;
    case lua.LUA_TTABLE:
      return readTable(L, depth);
    default:
      return null;
  }
}

function readTable(L: LuaState, depth: number): Reply {
  if (depth > maxDepth) return new RedisError("ERR reached lua stack limit");
  lua.lua_checkstack(L, 4);
  const error = readField(L, "err");
  if (error !== undefined) return new RedisError(error);
  const status = readField(L, "ok");
  if (status !== undefined) return new Status(status);
  const list: Reply[] = [];
  for (;;) {
    lua.lua_rawgeti(L, -1, list.length + 1);
    if (lua.lua_type(L, -1) === lua.LUA_TNIL) break;
    list.push(popReply(L, depth + 1));
  }
  lua.lua_pop(L, 1);
  return list;
}

function readField(L: LuaState, name: string): Bytes | undefined {
  lua.lua_pushstring(L, toLua(name));
  lua.lua_rawget(L, -2);
  const value = lua.lua_type(L, -1) === lua.LUA_TSTRING ? toBytes(lua.lua_tostring(L, -1)) : undefined;
  lua.lua_pop(L, 1);
  return value;
}

function toInteger(value: number): number | bigint {
  if (Number.isSafeInteger(Math.trunc(value))) return Math.trunc(value);
  return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : minInt64;
}
