import { generateKeyPairSync } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatServiceKey } from "@shop/env";
import { type Config } from "./config";

/** The services that ask others. */
export const callers: readonly string[] = ["gateway", "order", "notification"];

/** A new key of a caller: the variable that is for itself alone, and the one for those whom it asks. */
export function makeServiceKey(caller: string): Record<string, string> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const [own, others] = variablesOf(caller);
  return { [own]: formatServiceKey(privateKey), [others]: formatServiceKey(publicKey) };
}

function variablesOf(caller: string): [string, string] {
  const name = caller.toUpperCase();
  return [`${name}_SERVICE_KEY`, `${name}_SERVICE_PUBLIC_KEYS`];
}

export interface ServiceKeys {
  /** The variables of every caller for which none were given. */
  readonly env: Readonly<Record<string, string>>;
  /** Keeps them for the next start, readable by their owner alone. */
  save(): void;
}

/**
 * What services prove themselves to each other with on a machine of a developer: made at the first start, and kept with the
 * data of the stand-ins. In production there are none but those that are given.
 */
export function planServiceKeys(config: Config): ServiceKeys {
  if (config.inherited["NODE_ENV"] === "production") return { env: {}, save: () => undefined };
  const file = join(config.dataDir, "service-keys.json");
  const kept = read(file) ?? Object.fromEntries(callers.flatMap((caller) => Object.entries(makeServiceKey(caller))));
  const isGiven = (variable: string): boolean => config.inherited[variable] !== undefined;
  // Both of a caller or none: a given half has its own other half.
  const missing = callers.map(variablesOf).filter((variables) => !variables.some(isGiven));
  return {
    env: Object.fromEntries(missing.flat().map((variable) => [variable, kept[variable] ?? ""])),
    save: () => {
      const making = `${file}.making`;
      writeFileSync(making, `${JSON.stringify(kept, undefined, 2)}\n`, { mode: 0o600 });
      renameSync(making, file);
    },
  };
}

/** @returns undefined where there are none yet, or what is there was made by another version */
function read(file: string): Record<string, string> | undefined {
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    return callers.flatMap(variablesOf).every((variable) => typeof kept[variable] === "string") ? kept : undefined;
  } catch {
    return undefined;
  }
}
