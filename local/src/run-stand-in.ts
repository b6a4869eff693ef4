// One stand-in as a process of its own: node dist/run-stand-in.js <kind> <options as JSON>.
import { runProcess } from "@shop/lifecycle";
import { z } from "zod";
import { type StandInKind, startStandIn } from "./stand-in-kinds";

const given = z.object({ host: z.string(), port: z.number(), dataDir: z.string() }).loose();

const [kind = "", options = "{}"] = process.argv.slice(2);
runProcess(kind, async (log) => {
  const standIn = await startStandIn(kind as StandInKind, { ...given.parse(JSON.parse(options)), log });
  log.info({ port: standIn.port }, `${kind}: a stand-in for development, demonstration and tests`);
  return standIn;
});
