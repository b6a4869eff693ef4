import { databases } from "../src/config";
import { readMigrations } from "../src/folder";
import { findProblems } from "./migration-rules";

// Some keys sign for the whole shop, whatever its size.
const small = { user: ["signing_keys"], order: [], comment: [] };

it.each(databases)("finds every migration of %s safe on tables in use", async (name) => {
  expect(await findProblems(readMigrations(name), small[name])).toEqual([]);
});

it.each(databases)("names each migration of %s by its time", (name) => {
  for (const migration of readMigrations(name)) expect(migration.name).toMatch(/^\d{14}_[a-z0-9_]+$/);
});

const begin = "SET lock_timeout = '2s';";

it.each([
  ['CREATE INDEX "i" ON "orders"("id");', /CONCURRENTLY IF NOT EXISTS/],
  ['CREATE INDEX CONCURRENTLY "i" ON "orders"("id");', /IF NOT EXISTS/],
  ['CREATE INDEX CONCURRENTLY IF NOT EXISTS "i" ON "orders"("id");', /alone in its migration/],
  ['DROP INDEX "i";', /dropped CONCURRENTLY/],
  ['DROP TABLE "orders";', /OBJECT_TABLE/],
  ['ALTER TABLE "orders" ADD COLUMN "c" TEXT NOT NULL;', /has a default/],
  ['ALTER TABLE "orders" ADD COLUMN "c" TEXT DEFAULT gen_random_uuid();', /differs from row to row/],
  ['ALTER TABLE "orders" ADD COLUMN "c" TEXT DEFAULT clock_timestamp()::text;', /differs from row to row/],
  ['ALTER TABLE "orders" ADD COLUMN "c" BIGSERIAL;', /serial/],
  ['ALTER TABLE "orders" ADD COLUMN "c" TEXT GENERATED ALWAYS AS ("id" || 1) STORED;', /CONSTR_GENERATED/],
  ['ALTER TABLE "orders" ADD COLUMN "c" TEXT UNIQUE;', /CONSTR_UNIQUE/],
  ['ALTER TABLE "orders" ADD COLUMN "c" TEXT REFERENCES "users"("id");', /CONSTR_FOREIGN/],
  ['ALTER TABLE "orders" ALTER COLUMN "c" TYPE BIGINT;', /AT_AlterColumnType/],
  ['ALTER TABLE "orders" ALTER COLUMN "c" SET NOT NULL;', /validated CHECK/],
  ['ALTER TABLE "orders" ADD CONSTRAINT "k" CHECK ("c" > 0);', /NOT VALID/],
  ['ALTER TABLE "orders" ADD CONSTRAINT "k" FOREIGN KEY ("c") REFERENCES "users"("id");', /NOT VALID/],
  ['ALTER TABLE "orders" ADD CONSTRAINT "k" UNIQUE ("c");', /USING INDEX/],
  [
    'ALTER TABLE "orders" ADD CONSTRAINT "k" CHECK ("c" > 0) NOT VALID; ALTER TABLE "orders" VALIDATE CONSTRAINT "k";',
    /later migration/,
  ],
  ['ALTER TABLE "orders" SET TABLESPACE "fast";', /AT_SetTableSpace/],
  ['ALTER TABLE "orders" RENAME TO "purchases";', /RenameStmt/],
  ['UPDATE "orders" SET "c" = 1;', /in batches/],
  ['DELETE FROM "orders";', /in batches/],
  ['TRUNCATE "orders";', /TruncateStmt/],
  ["COMMIT;", /TransactionStmt/],
  ["VACUUM FULL;", /VacuumStmt/],
])("refuses %s", async (sql, reason) => {
  const problems = await findProblems([{ name: "m", sql: `${begin}\n${sql}` }]);
  expect(problems.map(({ problem }) => problem).join("\n")).toMatch(reason);
});

it("wants a short lock_timeout in the file", async () => {
  const sql = 'ALTER TABLE "orders" ADD COLUMN "c" TEXT;';
  for (const setting of ["", "SET lock_timeout = '0';", "SET lock_timeout = '60s';", "SET statement_timeout = '2s';"]) {
    expect(await findProblems([{ name: "m", sql: `${setting}${sql}` }])).toHaveLength(1);
  }
});

it("takes what is known to be harmless", async () => {
  const files = [
    `${begin} CREATE TABLE "things" ("id" TEXT PRIMARY KEY); CREATE INDEX "i" ON "things"("id");
      ALTER TABLE "things" ADD CONSTRAINT "k" CHECK ("id" <> '');`,
    `CREATE INDEX CONCURRENTLY IF NOT EXISTS "i" ON "orders"("id");`,
    `${begin} ALTER TABLE "orders" ADD COLUMN "a" TEXT, ADD COLUMN "b" INTEGER NOT NULL DEFAULT 0,
      ADD COLUMN "c" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP, ADD CONSTRAINT "k" CHECK ("a" IS NOT NULL) NOT VALID;`,
    `${begin} ALTER TABLE "orders" VALIDATE CONSTRAINT "k";`,
    `${begin} ALTER TABLE "orders" ALTER COLUMN "a" SET NOT NULL; ALTER TABLE "orders" DROP CONSTRAINT "k";`,
  ];
  expect(await findProblems(files.map((sql, index) => ({ name: String(index), sql })))).toEqual([]);
});
