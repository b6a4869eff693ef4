// npm run migrate -- user|order|comment …: applies what is missing; all three where none is named.
// npm run migrate -- order --rolled-back <migration>: that one failed, and may be tried again.
import { type Database, databases, loadConnectionString } from "./config";
import { applyMigrations, forgiveMigration } from "./migrate";

const usage = `Name ${databases.join(", ")} or none for all: migrate -- order; or: migrate -- order --rolled-back <migration>`;

async function main(words: readonly string[]): Promise<void> {
  const [first, flag, name] = words;
  if (flag === "--rolled-back" && name !== undefined && words.length === 3)
    return forgive(requireDatabase(first), name);
  const named = words.map(requireDatabase);
  for (const database of databases.filter((known) => named.length === 0 || named.includes(known))) {
    const applied = await applyMigrations(database, loadConnectionString(database), {
      onBusy: (reason) => process.stderr.write(`${database}: ${reason}; trying again\n`),
    }).catch((error: unknown) => {
      throw new Error(`${database}: ${error instanceof Error ? error.message : String(error)}`);
    });
    process.stdout.write(`${database}: ${applied.length === 0 ? "up to date" : `applied ${applied.join(", ")}`}\n`);
  }
}

async function forgive(database: Database, name: string): Promise<void> {
  if (!(await forgiveMigration(loadConnectionString(database), name))) {
    throw new Error(`${database}: no migration ${name} has failed.`);
  }
  process.stdout.write(`${database}: ${name} will be applied again\n`);
}

function requireDatabase(name: string | undefined): Database {
  const found = databases.find((known) => known === name);
  if (found === undefined) throw new Error(`There is no database "${String(name)}". ${usage}`);
  return found;
}

main(process.argv.slice(2)).then(
  () => process.exit(0), // the engine leaves a timer of ten seconds behind
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
