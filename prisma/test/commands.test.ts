// `npm run migrate` and `npm run migration:new`, on a copy of this folder.
import { execFile } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmptyDatabase, type EmptyDatabase } from "./database";

jest.setTimeout(120_000); // on a machine that has much else to do

const here = join(__dirname, "..");
let folder: string;
let database: EmptyDatabase;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "migrations-"));
  for (const name of ["dist", "user", "order", "comment"])
    cpSync(join(here, name), join(folder, name), { recursive: true });
  database = await createEmptyDatabase();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(command: "apply" | "new-migration", ...words: string[]): Promise<Ended> {
  const url = database.url;
  const env = {
    PATH: process.env["PATH"],
    NODE_PATH: join(here, "../node_modules"),
    ...{ USER_DATABASE_URL: url, ORDER_DATABASE_URL: url, COMMENT_DATABASE_URL: "" },
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(folder, `dist/${command}.js`), ...words], { env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

const migrationsOf = (name: string) => readdirSync(join(folder, name, "migrations"));

it("applies what is missing of the databases that are named, and says so", async () => {
  const first = await run("apply", "order");
  expect(first).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^order: applied 20261122000000_init, /) as string,
  });
  expect(await run("apply", "order")).toEqual({ code: 0, out: "order: up to date\n", err: "" });
  expect(await run("apply", "order", "oder")).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no database "oder". Name user, order, comment') as string,
  });
  expect(await run("apply", "comment")).toMatchObject({
    code: 1,
    err: expect.stringContaining("COMMENT_DATABASE_URL is required") as string,
  });
  expect(await run("apply", "order", "--rolled-back", "20261122000000_init")).toMatchObject({
    code: 1,
    err: "order: no migration 20261122000000_init has failed.\n",
  });
});

it("writes a migration of what schema.prisma has more, once", async () => {
  const before = migrationsOf("order");
  appendFileSync(join(folder, "order/schema.prisma"), '\nmodel Thing {\n  id String @id\n\n  @@map("things")\n}\n');
  const { code, out } = await run("new-migration", "order", "add-thing");
  expect(code).toBe(0);
  expect(out).toMatch(/order\/migrations\/\d{14}_add_thing\/migration\.sql\n$/);
  expect(migrationsOf("order")).toHaveLength(before.length + 1);
  const sql = readFileSync(out.trim(), "utf8");
  expect(sql).toMatch(/^SET lock_timeout = '2s';\n/);
  expect(sql).toContain('CREATE TABLE "things"');

  const again = await run("new-migration", "order", "add-thing");
  expect(again).toMatchObject({ code: 0, out: "schema.prisma and the migrations agree: nothing to write.\n" });
  expect(await run("apply", "order")).toMatchObject({
    out: expect.stringMatching(/^order: applied \d+_add_thing\n$/) as string,
  });
});

it.each([[], ["orders", "add-thing"], ["order", "../add"], ["order", "add", "thing"]])(
  "refuses %s %s",
  async (...words) => {
    const before = migrationsOf("order");
    expect(await run("new-migration", ...words)).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("migration:new -- order add-thing") as string,
    });
    expect(migrationsOf("order")).toEqual(before);
  },
);
