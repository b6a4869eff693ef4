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

export interface MeasuredParts {
  /** Where each package that is told of is installed: a folder of the repository. */
  readonly packages: Readonly<Record<string, string>>;
  /** Folders of the repository; changes in them that are in no commit are told of. */
  readonly sources: readonly string[];
}

export function describeMachine({ packages, sources }: MeasuredParts): Machine {
  const all = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: all[0]?.model.trim() ?? "unknown CPU",
    cores: all.length,
    system: `${type()} ${release().replace(/-.*/, "")}`, // what follows names its distributor
    node: process.versions.node,
    v8Flags: v8Flags.join(" "),
    commit: describeCommit(sources),
    versions: Object.fromEntries(Object.entries(packages).map(([name, folder]) => [name, readVersion(folder, name)])),
  };
}

function readVersion(folder: string, name: string): string {
  const manifest = readFileSync(join(repository, folder, name, "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

function describeCommit(sources: readonly string[]): string {
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: repository, encoding: "utf8" }).trim();
  try {
    const changed = git("status", "--porcelain", "--", ...sources) !== "";
    return `${git("rev-parse", "--short", "HEAD")}${changed ? " with changes" : ""}`;
  } catch {
    return "unknown";
  }
}
