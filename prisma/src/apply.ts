// npm run migrate -- user|order|comment …: applies what is missing; all three where none is named.
import { databases, loadConnectionString } from "./config";
import { applyMigrations } from "./migrate";

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !(databases as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`There is no database "${unknown}": name ${databases.join(", ")}.`);
  const chosen = databases.filter((database) => names.length === 0 || names.includes(database));
  for (const database of chosen) {
    const applied = await applyMigrations(database, loadConnectionString(database));
    process.stdout.write(`${database}: ${applied.length === 0 ? "up to date" : `applied ${applied.join(", ")}`}\n`);
  }
}

main(process.argv.slice(2)).then(
  () => process.exit(0), // the engine leaves a timer of ten seconds behind
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
