// npm run docs: writes into README.md what is made from code, the environment table, from every config.ts. With --check it
// only says whether that is up to date.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { format } from "prettier";
import { documentEnvironment } from "@shop/env";

const require = createRequire(import.meta.url);
const root = new URL("../", import.meta.url);
const subgraphs = ["user", "product", "order", "notification", "comment"];
const readers = [
  ["npm start", "local"],
  ["all", "packages/telemetry"],
  ["gateway", "gateway"],
  ["each service", "packages/subgraph-server"],
  ...subgraphs.map((name) => [name, `subgraphs/${name}`]),
];

function environmentTable() {
  const variables = new Map();
  for (const [reader, folder] of readers) {
    const { environment } = require(new URL(`${folder}/dist/config.js`, root).pathname);
    for (const variable of documentEnvironment(environment)) {
      const known = variables.get(variable.name);
      if (known === undefined) variables.set(variable.name, { ...variable, readBy: [reader] });
      else {
        known.readBy.push(reader);
        known.required ||= variable.required;
        known.defaultValue ??= variable.defaultValue;
      }
    }
  }
  const rows = [...variables.values()]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ name, description, required, defaultValue, readBy }) => {
      const byDefault = defaultValue === undefined ? (required ? "required" : "") : `\`${defaultValue}\``;
      return `| \`${name}\` | ${byDefault} | ${description} | ${readBy.join(", ")} |`;
    });
  return ["| Variable | Default | What it says | Read by |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

const readme = new URL("README.md", root);
const parts = { environment: environmentTable() };
const before = existsSync(readme) ? readFileSync(readme, "utf8") : "";
let after = before;
for (const [name, text] of Object.entries(parts)) {
  const part = new RegExp(`(<!-- ${name}: made by npm run docs -->\n)[\\s\\S]*?(\n<!-- end -->)`);
  if (!part.test(after)) throw new Error(`README.md has no part "${name}"`);
  after = after.replace(part, (_, start, end) => `${start}\n${text}\n${end}`);
}
after = await format(after, { parser: "markdown", printWidth: 120 });
if (process.argv.includes("--check")) {
  if (after !== before) {
    process.stderr.write("README.md is not up to date: run `npm run docs`.\n");
    process.exit(1);
  }
} else if (after !== before) writeFileSync(readme, after);
process.exit(0);
