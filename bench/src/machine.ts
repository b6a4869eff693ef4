import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, type } from "node:os";
import { join } from "node:path";
import { repository, v8Flags } from "./config";

/** What a result is worth nothing without. It names no host and no path. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  readonly v8Flags: string;
  readonly commit: string;
  readonly versions: Readonly<Record<string, string>>;
}

const packages = {
  "@apollo/gateway": "node_modules",
  "@apollo/server": "node_modules",
  undici: "node_modules",
  graphql: "node_modules",
  "@graphql-hive/gateway": "bench/peers/node_modules",
  "@graphql-hive/router-runtime": "bench/peers/node_modules",
};

export function describeMachine(): Machine {
  const all = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: all[0]?.model.trim() ?? "unknown CPU",
    cores: all.length,
    system: `${type()} ${release().replace(/-.*/, "")}`, // what follows names its distributor
    node: process.versions.node,
    v8Flags: v8Flags.join(" "),
    commit: describeCommit(),
    versions: Object.fromEntries(Object.entries(packages).map(([name, folder]) => [name, readVersion(folder, name)])),
  };
}

function readVersion(folder: string, name: string): string {
  const manifest = readFileSync(join(repository, folder, name, "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

function describeCommit(): string {
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: repository, encoding: "utf8" }).trim();
  try {
    const changed = git("status", "--porcelain", "--", "gateway/src", "packages", "bench/src") !== "";
    return `${git("rev-parse", "--short", "HEAD")}${changed ? " with changes" : ""}`;
  } catch {
    return "unknown";
  }
}
