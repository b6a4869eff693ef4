// Run as `node dist/compose.js supergraph.yaml supergraph.graphql`.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { composeSupergraph } from "./composition";

const [configFile, supergraphFile] = process.argv.slice(2);
if (configFile === undefined || supergraphFile === undefined) {
  process.stderr.write("Usage: compose <supergraph.yaml> <supergraph.graphql>\n");
  process.exit(1);
}

const composition = composeSupergraph(configFile);
if (!composition.ok) {
  process.stderr.write(`The supergraph does not compose:\n${composition.errors.map((line) => `  ${line}\n`).join("")}`);
  process.exit(1);
}

for (const hint of composition.hints) process.stdout.write(`hint: ${hint}\n`);
// Left alone where it says the same already: the folder may be one that is only read from.
if (!existsSync(supergraphFile) || readFileSync(supergraphFile, "utf8") !== composition.supergraphSdl) {
  // A gateway may be reading the file: it must see the old one or the new one, whole.
  const unfinished = `${supergraphFile}.${process.pid}.tmp`;
  writeFileSync(unfinished, composition.supergraphSdl);
  renameSync(unfinished, supergraphFile);
}
