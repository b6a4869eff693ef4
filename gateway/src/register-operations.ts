// Run as `npm run operations:register -- <files>`: adds the operations of GraphQL files to the manifest of registered ones.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Supergraph } from "@apollo/federation-internals";
import { loadRegistrationConfig } from "./config";
import { printManifest, readManifest } from "./limits/operation-manifest";
import { registerOperations } from "./limits/registration";

async function register(names: readonly string[]): Promise<string> {
  const { operationsFile, supergraphFile, folder } = loadRegistrationConfig();
  if (names.length === 0) throw new Error("Usage: npm run operations:register -- <files with GraphQL operations>");
  const files = new Map(names.map((name) => [name, readFileSync(resolve(folder, name), "utf8")]));
  const schema = Supergraph.build(readFileSync(supergraphFile, "utf8")).apiSchema().toGraphQLJSSchema();
  const registration = registerOperations(files, schema);
  if (!registration.ok) throw new Error(`Nothing was registered:\n  ${registration.problems.join("\n  ")}`);

  // What is there stays: clients of before may still ask for it.
  const known = existsSync(operationsFile) ? await readManifest(operationsFile) : [];
  const added = registration.operations.filter(({ id }) => !known.some((each) => each.id === id));
  const unfinished = `${operationsFile}.${process.pid}.tmp`;
  writeFileSync(unfinished, printManifest([...known, ...added]));
  renameSync(unfinished, operationsFile);
  return `${added.length} added, ${known.length} there before: ${operationsFile}`;
}

register(process.argv.slice(2)).then(
  (said) => process.stdout.write(`${said}\n`),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
