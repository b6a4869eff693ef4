/** The few functions of fengari (Lua in JavaScript) that scripts run on; it brings no types. */
declare module "fengari" {
  export interface LuaState {
    readonly luaState: unique symbol;
  }
  type LuaFunction = (L: LuaState) => number;
  type LuaString = Uint8Array;

  export const lua: {
    readonly LUA_OK: number;
    readonly LUA_REGISTRYINDEX: number;
    readonly LUA_TNIL: number;
    readonly LUA_TBOOLEAN: number;
    readonly LUA_TNUMBER: number;
    readonly LUA_TSTRING: number;
    readonly LUA_TTABLE: number;
    lua_gettop(L: LuaState): number;
    lua_settop(L: LuaState, index: number): void;
    lua_pop(L: LuaState, count: number): void;
    lua_type(L: LuaState, index: number): number;
    lua_checkstack(L: LuaState, count: number): boolean;
    lua_pushvalue(L: LuaState, index: number): void;
    lua_pushnil(L: LuaState): void;
    lua_pushnumber(L: LuaState, value: number): void;
    lua_pushboolean(L: LuaState, value: boolean): void;
    lua_pushstring(L: LuaState, value: LuaString): void;
    lua_pushcfunction(L: LuaState, value: LuaFunction): void;
    lua_newtable(L: LuaState): void;
    lua_tonumber(L: LuaState, index: number): number;
    lua_toboolean(L: LuaState, index: number): boolean;
    lua_tostring(L: LuaState, index: number): LuaString | null;
    lua_rawget(L: LuaState, index: number): number;
    lua_rawgeti(L: LuaState, index: number, key: number): number;
    lua_rawset(L: LuaState, index: number): void;
    lua_rawseti(L: LuaState, index: number, key: number): void;
    lua_pushglobaltable(L: LuaState): void;
    lua_pcall(L: LuaState, args: number, results: number, handler: number): number;
    lua_error(L: LuaState): never;
  };
  export const lauxlib: {
    luaL_newstate(): LuaState;
    luaL_loadbuffer(L: LuaState, source: LuaString, length: number, name: LuaString): number;
    luaL_requiref(L: LuaState, name: LuaString, open: LuaFunction, global: boolean): void;
    luaL_ref(L: LuaState, table: number): number;
    luaL_unref(L: LuaState, table: number, reference: number): void;
  };
  export const lualib: {
    luaopen_base: LuaFunction;
    luaopen_coroutine: LuaFunction;
    luaopen_math: LuaFunction;
    luaopen_string: LuaFunction;
    luaopen_table: LuaFunction;
  };
}

declare module "fengari/src/defs" {}

declare module "fengari/src/luaconf" {
  const configuration: {
    LUA_COMPAT_FLOATSTRING: boolean;
    lua_number2str: (value: number) => string;
    lua_numbertointeger: (value: number) => number | false;
  };
  export = configuration;
}

declare module "fengari/src/lobject" {
  export class TValue {
    ttisinteger(): boolean;
    ttisfloat(): boolean;
    ttisnumber(): boolean;
    setivalue(value: number): void;
    setfltvalue(value: number): void;
  }
}
