// fengari's modules import each other in a circle, which holds only when entered here.
import "fengari/src/defs";
import luaConfiguration from "fengari/src/luaconf";

// Redis runs Lua 5.1, where every number is a double and 10 / 2 prints as "5". fengari is Lua 5.3: it has integers, of 32
// bits at that, and prints "5.0". This must be set before fengari's core is loaded, which copies it.
luaConfiguration.LUA_COMPAT_FLOATSTRING = true;
luaConfiguration.lua_number2str = (value) => formatNumber(value, 14);
luaConfiguration.lua_numbertointeger = (value) => (Number.isSafeInteger(value) ? value : false);

/** A number as C's `%.<digits>g` prints it: Lua 5.1 uses 14 digits, and Redis 17 for the arguments of a command. */
export function formatNumber(value: number, digits: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const [mantissa = "", exponent = "0"] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  const trim = (decimal: string): string => (decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal);
  if (power >= -4 && power < digits) return trim(value.toFixed(Math.max(0, digits - 1 - power)));
  return `${trim(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
