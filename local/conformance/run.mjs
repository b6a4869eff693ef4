// npm run test:conformance -- [--kafka=host:port] [--mongo=url] [--redis=url] [--s3=url] [jest arguments]
// A flag runs that suite against a real server; without one it runs against the stand-in.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const jestBin = createRequire(import.meta.url).resolve("jest/bin/jest");
// kafkajs warns of a change of its own defaults otherwise.
const env = { ...process.env, KAFKAJS_NO_PARTITIONER_WARNING: "1" };
const rest = [];
for (const argument of process.argv.slice(2)) {
  const flag = /^--(kafka|mongo|redis|s3)=(.+)$/.exec(argument);
  if (flag) env[`CONFORMANCE_${flag[1].toUpperCase()}`] = flag[2];
  else rest.push(argument);
}
const config = new URL("jest.config.mjs", import.meta.url).pathname;
const { status } = spawnSync(process.execPath, [jestBin, "--config", config, ...rest], { stdio: "inherit", env });
process.exit(status ?? 1);
