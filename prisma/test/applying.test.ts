import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { applyMigrations, databases, diffFromSchema } from "../src/index";
import { readMigrations } from "../src/folder";
import { forgiveMigration } from "../src/migrate";
import { createEmptyDatabase, type EmptyDatabase } from "./database";

jest.setTimeout(120_000); // on a machine that has much else to do

let database: EmptyDatabase;
beforeEach(async () => (database = await createEmptyDatabase()));
afterEach(() => database.drop());

it.each(databases)(
  "makes of an empty database what schema.prisma of %s says, and notes it as Prisma does",
  async (name) => {
    const folder = join(__dirname, "..", name, "migrations");
    const migrations = readMigrations(name).map((migration) => migration.name);
    expect(await applyMigrations(name, database.url)).toEqual(migrations);
    expect(await applyMigrations(name, database.url)).toEqual([]);
    expect(await diffFromSchema(name, database.url)).toMatch(/^(-- This is an empty migration\.)?\s*$/);

    const session = await database.session();
    const { rows } = await session.query<{ name: string; checksum: string; logs: string | null }>(
      `SELECT migration_name AS name, checksum, logs FROM _prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY started_at`,
    );
    // What `prisma migrate deploy` compares: the file's SHA-256.
    const checksums = migrations.map((migration) => ({
      name: migration,
      checksum: createHash("sha256")
        .update(readFileSync(join(folder, migration, "migration.sql")))
        .digest("hex"),
      logs: null,
    }));
    expect(rows).toEqual(checksums);
    expect(readFileSync(join(folder, "migration_lock.toml"), "utf8")).toMatch(/^provider = "postgresql"$/m);
    expect((await session.query("SELECT FROM pg_index WHERE NOT indisvalid")).rowCount).toBe(0);
    await session.end();
  },
);

it.each(databases)("leads Prisma's own command to the same folder of %s", (name) => {
  const folder = join(__dirname, "..", name);
  // In a process of its own: the file is an ES module, which jest does not load.
  const script = `require("@prisma/config").loadConfigFromFile({ configFile: "prisma.config.mjs", configRoot: "." })
    .then(({ config }) => console.log(JSON.stringify([config.schema, config.migrations.path, config.datasource.url])))`;
  const env = { ...process.env, [`${name.toUpperCase()}_DATABASE_URL`]: database.url };
  const printed = execFileSync(process.execPath, ["-e", script], { cwd: folder, env, encoding: "utf8" });
  expect(JSON.parse(printed)).toEqual([join(folder, "schema.prisma"), join(folder, "migrations"), database.url]);
});

it("applies each once where two appliers begin together", async () => {
  const both = await Promise.all([1, 2].map(() => applyMigrations("order", database.url)));
  expect(both.flat()).toEqual(readMigrations("order").map(({ name }) => name));
});

it("takes a migration that only speaks of CREATE INDEX CONCURRENTLY for one of the others, within a transaction", async () => {
  const migration = {
    name: "20260101000000_limits",
    sql: `SET lock_timeout = '2s';
      -- What is read of it comes by CREATE INDEX CONCURRENTLY, in the next migration.
      CREATE TABLE "limits" AS SELECT current_setting('statement_timeout') AS "statement_timeout";`,
  };
  await applyMigrations("order", database.url, { migrations: [migration] });
  const session = await database.session();
  expect((await session.query(`SELECT * FROM "limits"`)).rows).toEqual([{ statement_timeout: "30s" }]);
  await session.end();
});

describe("a migration that fails", () => {
  const good = { name: "20260101000000_good", sql: `CREATE TABLE "things" ("id" TEXT PRIMARY KEY);` };
  const bad = {
    name: "20260102000000_bad",
    sql: `SET lock_timeout = '2s'; ALTER TABLE "things" ADD COLUMN "size" INTEGER; INSERT INTO "things" VALUES (1, 'large');`,
  };

  it("leaves nothing, is named with the way out, and is applied again when someone has looked", async () => {
    const apply = (migrations: { name: string; sql: string }[]) =>
      applyMigrations("order", database.url, { migrations });
    await expect(apply([good, bad])).rejects.toThrow(
      /20260102000000_bad failed, and nothing of it is in the database: [^]*invalid input syntax[^]*npm run migrate -- order --rolled-back 20260102000000_bad/,
    );
    const session = await database.session();
    await expect(session.query(`SELECT "size" FROM "things"`)).rejects.toThrow(/does not exist/);
    // It stands in the way until then, whatever its file says by now.
    const mended = { ...bad, sql: `ALTER TABLE "things" ADD COLUMN "size" TEXT;` };
    await expect(apply([good, mended])).rejects.toThrow(/bad failed/);
    expect(await forgiveMigration(database.url, good.name)).toBe(false);
    expect(await forgiveMigration(database.url, bad.name)).toBe(true);
    expect(await apply([good, mended])).toEqual([bad.name]);
    await session.end();
  });

  it("says that it cannot know where `prisma migrate deploy` was cut off", async () => {
    await applyMigrations("order", database.url, { migrations: [good] });
    const session = await database.session();
    await session.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('1', 'sum', '${bad.name}')`,
    );
    await session.end();
    await expect(applyMigrations("order", database.url, { migrations: [good, bad] })).rejects.toThrow(
      /20260102000000_bad was begun by "prisma migrate deploy" and not finished: it may be in the database or not/,
    );
  });
});
