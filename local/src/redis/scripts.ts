import { createHash } from "node:crypto";
import { lauxlib, lua, lualib, type LuaState } from "./lua";
import { formatNumber } from "./lua-number-format";
import { prelude } from "./lua-prelude";
import { popReply, pushReply, toBytes, toLua } from "./lua-values";
import { type Bytes, RedisError, type Reply } from "./reply";

type Call = (request: readonly Bytes[]) => Reply;

export interface Scripts {
  /** Compiles a script and keeps it until the flush or the end. @returns its SHA-1, by which it is run */
  load(source: Bytes): Bytes;
  has(sha: Bytes): boolean;
  /** @param call runs a command for the script; a refusal is among its replies */
  run(sha: Bytes, keys: readonly Bytes[], args: readonly Bytes[], call: Call): Reply;
  flush(): void;
}

/** Redis's Lua scripts, on one Lua state that all of them share, as in Redis. Without the libraries cjson, cmsgpack, struct and bit. */
export function createScripts(): Scripts {
  const references = new Map<Bytes, number>();
  let call: Call = () => new RedisError("ERR no script is running");
  const L = createState((request) => call(request));

  function load(source: Bytes): Bytes {
    const sha = sha1(source);
    if (references.has(sha)) return sha;
    const code = toLua(source);
    if (lauxlib.luaL_loadbuffer(L, code, code.length, toLua("@user_script")) !== lua.LUA_OK) {
      throw new RedisError(`ERR Error compiling script (new function): ${popErrorText(L)}`);
    }
    references.set(sha, lauxlib.luaL_ref(L, lua.LUA_REGISTRYINDEX));
    return sha;
  }

  return {
    load,
    has: (sha) => references.has(sha),
    run: (sha, keys, args, callCommand) => {
      call = callCommand;
      setGlobal(L, "KEYS", keys);
      setGlobal(L, "ARGV", args);
      lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, references.get(sha) ?? 0);
      const failed = lua.lua_pcall(L, 0, 1, 0) !== lua.LUA_OK;
      const reply = failed ? toScriptError(L, sha) : popReply(L);
      lua.lua_settop(L, 0);
      return reply;
    },
    flush: () => {
      for (const reference of references.values()) lauxlib.luaL_unref(L, lua.LUA_REGISTRYINDEX, reference);
      references.clear();
    },
  };
}

function createState(call: Call): LuaState {
  const L = lauxlib.luaL_newstate();
  // No io, os, package or debug: a script sees the keys and nothing of the machine.
  const libraries = {
    _G: lualib.luaopen_base,
    coroutine: lualib.luaopen_coroutine,
    math: lualib.luaopen_math,
    string: lualib.luaopen_string,
    table: lualib.luaopen_table,
  };
  for (const [name, open] of Object.entries(libraries)) lauxlib.luaL_requiref(L, toLua(name), open, true);
  lua.lua_settop(L, 0);

  setGlobalFunction(L, "redis_call", () => {
    pushReply(L, call(popArguments(L)));
    return 1;
  });
  setGlobalFunction(L, "redis_sha1hex", () => {
    lua.lua_pushstring(L, toLua(sha1(popArguments(L)[0] ?? "")));
    return 1;
  });
  const code = toLua(prelude);
  if (lauxlib.luaL_loadbuffer(L, code, code.length, toLua("=prelude")) !== lua.LUA_OK) throw new Error(popErrorText(L));
  if (lua.lua_pcall(L, 0, 0, 0) !== lua.LUA_OK) throw new Error(popErrorText(L));
  return L;
}

function setGlobalFunction(L: LuaState, name: string, run: () => number): void {
  lua.lua_pushglobaltable(L);
  lua.lua_pushstring(L, toLua(name));
  lua.lua_pushcfunction(L, run);
  lua.lua_rawset(L, -3);
  lua.lua_pop(L, 1);
}

/** Set raw, past the guard that keeps scripts from making globals. */
function setGlobal(L: LuaState, name: string, values: readonly Bytes[]): void {
  lua.lua_pushglobaltable(L);
  lua.lua_pushstring(L, toLua(name));
  pushReply(L, values);
  lua.lua_rawset(L, -3);
  lua.lua_pop(L, 1);
}

function popArguments(L: LuaState): Bytes[] {
  const count = lua.lua_gettop(L);
  const args: Bytes[] = [];
  for (let i = 1; i <= count; i += 1) {
    const type = lua.lua_type(L, i);
    if (type === lua.LUA_TNUMBER) args.push(formatNumber(lua.lua_tonumber(L, i), 17));
    else if (type === lua.LUA_TSTRING) args.push(toBytes(lua.lua_tostring(L, i)));
    else return [];
  }
  lua.lua_settop(L, 0);
  return args;
}

function toScriptError(L: LuaState, sha: Bytes): RedisError {
  if (lua.lua_type(L, -1) === lua.LUA_TTABLE) {
    const reply = popReply(L);
    if (reply instanceof RedisError) return new RedisError(`${reply.message} script: ${sha}, on @user_script.`);
  }
  return new RedisError(`ERR ${popErrorText(L)} script: ${sha}, on @user_script.`);
}

function popErrorText(L: LuaState): string {
  const text = toBytes(lua.lua_tostring(L, -1));
  lua.lua_pop(L, 1);
  return text;
}

function sha1(bytes: Bytes): Bytes {
  return createHash("sha1").update(bytes, "latin1").digest("hex");
}
