import { parseArgs } from "node:util";
import { type StandaloneOptions } from "./config";

export const usage = "Usage: npm run gateway -- --supergraph <file> --port <n> [--host <address>] [--limits on|off]";

/**
 * Reads the command line of a gateway that runs by itself.
 * @returns the options, or one line that says what is wrong with them
 */
export function parseStandaloneOptions(
  args: readonly string[],
): { ok: true; options: StandaloneOptions } | { ok: false; problem: string } {
  const parsed = tryParse(args);
  if (!parsed.ok) return parsed;
  const { supergraph, port, host, limits } = parsed.values;
  if (supergraph === undefined) return { ok: false, problem: "--supergraph <file> is missing." };
  if (port === undefined) return { ok: false, problem: "--port <n> is missing." };
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    return { ok: false, problem: `--port takes a number from 0 (any free port) to 65535, not "${port}".` };
  }
  if (limits !== "on" && limits !== "off") {
    return { ok: false, problem: `--limits takes on or off, not "${limits}".` };
  }
  return { ok: true, options: { supergraphFile: supergraph, port: Number(port), host, limits: limits === "on" } };
}

function tryParse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        supergraph: { type: "string" },
        port: { type: "string" },
        host: { type: "string" },
        limits: { type: "string", default: "on" },
      },
    });
    return { ok: true as const, values };
  } catch (error) {
    // The first sentence names the option; what follows advises on positional arguments, which there are none of.
    return { ok: false as const, problem: (error as Error).message.replace(/\. To specify[\s\S]*/, ".") };
  }
}
