// npm run migration:new -- <database> <name>: writes the SQL from what the migrations make to what schema.prisma says.
// It needs the server of <DATABASE>_DATABASE_URL, and applies all migrations to a shadow database there.
import { databases, loadConnectionString } from "./config";
import { writeMigration } from "./folder";
import { diffFromSchema } from "./migrate";

// A migration that cannot have its lock soon gives up rather than hold up everyone behind it.
const lockTimeout = "SET lock_timeout = '2s';\n\n";

async function main([name, title, ...more]: readonly string[]): Promise<void> {
  const database = databases.find((known) => known === name);
  if (database === undefined || title === undefined || !/^[a-z][a-z0-9-]{0,60}$/.test(title) || more.length > 0) {
    throw new Error(
      `Say which database (${databases.join(", ")}) and name the migration: migration:new -- order add-thing`,
    );
  }
  const sql = await diffFromSchema(database, loadConnectionString(database));
  if (sql.trim() === "" || sql.includes("This is an empty migration")) {
    process.stdout.write("schema.prisma and the migrations agree: nothing to write.\n");
    return;
  }
  const timestamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const file = writeMigration(database, {
    name: `${timestamp}_${title.replaceAll("-", "_")}`,
    sql: `${lockTimeout}${sql}`,
  });
  process.stdout.write(`${file}\n`);
}

main(process.argv.slice(2)).then(
  () => process.exit(0), // the engine leaves a timer of ten seconds behind
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
