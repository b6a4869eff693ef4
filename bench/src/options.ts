import { parseArgs } from "node:util";
import { type GatewayName, gateways } from "./gateways/gateways";
import { type Scenario, scenarios } from "./scenarios";

export interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly only: readonly GatewayName[] | undefined;
  readonly scenarios: readonly Scenario[];
}

export const usage = `Usage: npm run bench:gateway -- [--rounds <n>] [--seconds <n>] [--only <gateway,…>] [--scenario <name>]…
  gateways: ${Object.keys(gateways).join(", ")}
  scenarios (or what a name begins with): ${scenarios.map(({ name }) => name).join(", ")}`;

/**
 * Reads the command line.
 * @returns the options, or one line that says what is wrong with them
 */
export function parseOptions(args: readonly string[]): { ok: true; options: Options } | { ok: false; problem: string } {
  const { rounds, seconds, only, scenario } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "10" },
      only: { type: "string" },
      scenario: { type: "string", multiple: true },
    },
  }).values;
  if (!isCount(rounds) || !isCount(seconds)) return { ok: false, problem: "--rounds and --seconds take a number." };
  const names = only?.split(",");
  const stranger = names?.find((name) => !isGateway(name));
  if (stranger !== undefined) return { ok: false, problem: `There is no gateway "${stranger}".` };
  const chosen = scenarios.filter(({ name }) => scenario?.some((start) => name.startsWith(start)) ?? true);
  if (chosen.length === 0) return { ok: false, problem: "There is no such scenario." };
  const options = {
    rounds: Number(rounds),
    seconds: Number(seconds),
    only: names?.filter(isGateway),
    scenarios: chosen,
  };
  return { ok: true, options };
}

const isCount = (text: string): boolean => /^[1-9]\d{0,3}$/.test(text);
const isGateway = (name: string): name is GatewayName => Object.hasOwn(gateways, name);
