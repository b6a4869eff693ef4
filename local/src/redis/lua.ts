import "./lua-number-format";
import { lauxlib, lua, lualib, type LuaState } from "fengari";
import { TValue } from "fengari/src/lobject";

// Nothing is an integer, so all arithmetic is done in doubles, exact to 2^53 as in Redis's Lua 5.1.
TValue.prototype.ttisinteger = () => false;
TValue.prototype.ttisfloat = function () {
  return this.ttisnumber();
};
TValue.prototype.setivalue = function (value) {
  this.setfltvalue(value);
};

export { lauxlib, lua, lualib, type LuaState };
