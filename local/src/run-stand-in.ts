// One stand-in as a process of its own: node dist/run-stand-in.js <kind> <options as JSON>.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { runProcess } from "@shop/lifecycle";
import { z } from "zod";
import { endLeftover } from "./leftover";
import { type StandInKind, startStandIn } from "./stand-in-kinds";

const given = z.object({ host: z.string(), port: z.number(), dataDir: z.string() }).loose();

const [kind = "", json = "{}"] = process.argv.slice(2);
runProcess(kind, async (log) => {
  const options = given.parse(JSON.parse(json));
  await ownData(options.dataDir);
  const standIn = await startStandIn(kind as StandInKind, { ...options, log });
  log.info({ port: standIn.port }, `${kind}: a stand-in for development, demonstration and tests`);
  process.send?.({ port: standIn.port }); // whoever asked for port 0 wants to know
  return standIn;
});

/** One process owns a stand-in's data: one whose supervisor was killed may be about to end still. */
async function ownData(dataDir: string): Promise<void> {
  const pidFile = `${dataDir}.pid`;
  await endLeftover(pidFile, dataDir, "SIGTERM");
  mkdirSync(dirname(pidFile), { recursive: true });
  writeFileSync(pidFile, String(process.pid));
}
