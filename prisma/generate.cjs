// Prisma's clients, one for each schema, by the generator that `prisma generate` runs (docs/adr/0003).
const { join } = require("node:path");
const { PrismaClientTsGenerator } = require("@prisma/client-generator-ts");
const { getGenerator } = require("@prisma/internals");

const registry = { "prisma-client": { type: "in-process", generator: new PrismaClientTsGenerator() } };

async function main() {
  for (const name of ["user", "order", "comment"]) {
    const schemaPath = join(__dirname, name, "schema.prisma");
    const generator = await getGenerator({ schemaPath, registry, skipDownload: true, cliCommand: "generate" });
    await generator.generate();
    generator.stop();
  }
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
