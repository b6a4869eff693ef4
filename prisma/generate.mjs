// Prisma's clients, one for each schema. `prisma generate` looks for an engine binary that a client with a driver
// adapter does not need, and would download it: any file in its place keeps it from that.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const prisma = createRequire(import.meta.url).resolve("prisma/build/index.js");
const env = {
  ...process.env,
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: "1",
  CHECKPOINT_DISABLE: "1",
};

for (const name of ["user", "order", "comment"]) {
  const schema = fileURLToPath(new URL(`./${name}/schema.prisma`, import.meta.url));
  if (!existsSync(schema)) continue;
  const { status, stdout, stderr } = spawnSync(process.execPath, [prisma, "generate", "--schema", schema], {
    env,
    encoding: "utf8",
  });
  if (status !== 0) {
    process.stderr.write(`prisma generate failed for ${name}:\n${stdout}${stderr}`);
    process.exit(1);
  }
}
