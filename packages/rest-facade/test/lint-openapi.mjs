// Redocly's linter is ES modules alone, which jest does not load: so it has a process of its own.
import { text } from "node:stream/consumers";
import { createConfig, lintFromString } from "@redocly/openapi-core";

const config = await createConfig({
  extends: ["recommended"],
  // `by-slug` is no id, so that /v1/products/by-slug/{slug} and /v1/products/{id}/publish are never the same.
  rules: { "no-ambiguous-paths": "off" },
});
const problems = await lintFromString({ source: await text(process.stdin), config });
const told = problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer ?? ""})`);
process.stdout.write(JSON.stringify(told));
