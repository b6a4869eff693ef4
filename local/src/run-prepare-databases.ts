// prepareDatabases as a process of its own: node dist/run-prepare-databases.js <URLs by database, as JSON>. A test cannot
// load Prisma's engine, which is an ES module with a WebAssembly in it.
import { databases } from "@shop/migrations";
import { z } from "zod";
import { prepareDatabases } from "./databases";
import { messageOf } from "./failure";

const urls = z.partialRecord(z.enum(databases), z.string());

prepareDatabases(urls.parse(JSON.parse(process.argv[2] ?? "{}"))).then(
  () => process.exit(0), // the engine leaves a timer of ten seconds behind
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
