// A shop that runs the first release, with data in it, becomes one of today.
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient as CommentClient } from "../../subgraphs/comment/src/generated/prisma/client";
import { PrismaClient as OrderClient } from "../../subgraphs/order/src/generated/prisma/client";
import { PrismaClient as UserClient } from "../../subgraphs/user/src/generated/prisma/client";
import { type Database } from "../src/config";
import { readMigrations } from "../src/folder";
import { applyMigrations, diffFromSchema } from "../src/migrate";
import { createEmptyDatabase } from "./database";

jest.setTimeout(120_000); // on a machine that has much else to do

interface Reader {
  $disconnect(): Promise<void>;
}

/** Writes rows by the first release's schema, migrates, and reads with the client that the service has today. */
async function survive<C extends Reader>(
  name: Database,
  rows: string,
  createClient: (options: { adapter: PrismaPg }) => C,
  read: (client: C) => Promise<unknown>,
): Promise<unknown> {
  const database = await createEmptyDatabase();
  const migrations = readMigrations(name);
  await applyMigrations(name, database.url, { migrations: migrations.filter((one) => one.name.endsWith("_init")) });
  const session = await database.session();
  await session.query(rows);
  await session.end();
  await applyMigrations(name, database.url);
  expect(await diffFromSchema(name, database.url)).toMatch(/^(-- This is an empty migration\.)?\s*$/);
  const client = createClient({ adapter: new PrismaPg({ connectionString: database.url }) });
  try {
    return await read(client);
  } finally {
    await client.$disconnect();
    await database.drop();
  }
}

it("keeps accounts, sessions and signing keys", async () => {
  const rows = `
    INSERT INTO "users" VALUES ('u1', 'Ada@example.com', 'ada@example.com', NULL, 'hash', 'Ada', NULL, 'ADMIN', 3, '2026-01-01');
    INSERT INTO "sessions" VALUES ('s1', 'u1', NULL, '2026-01-01', '2026-01-01', '2026-02-01', NULL);
    INSERT INTO "signing_keys" VALUES ('k1', '{"kty":"OKP"}', 'secret', '2026-01-01');
    INSERT INTO "outbox" ("event_id", "topic", "type", "key", "shard", "payload", "occurred_at")
      VALUES ('e1', 'user.v1', 'registered', 'u1', 0, '{}', '2026-01-01')`;
  const found = await survive(
    "user",
    rows,
    (options) => new UserClient(options),
    async (client) => [
      await client.user.findMany({ include: { sessions: true } }),
      await client.signingKey.findMany(),
      await client.outboxEvent.findMany(),
    ],
  );
  expect(found).toMatchObject([
    [
      {
        id: "u1",
        email: "Ada@example.com",
        role: "ADMIN",
        version: 3,
        passwordHash: "hash",
        avatarKey: null,
        sessions: [{ id: "s1" }],
      },
    ],
    [{ id: "k1", signsFrom: new Date("2026-01-01") }], // a key of then signed as soon as it was there
    [{ eventId: "e1", publishedAt: null }],
  ]);
});

it("keeps orders with their lines, payments and timeline", async () => {
  const rows = `
    INSERT INTO "orders" ("id", "number", "user_id", "status", "currency", "total_minor", "recipient", "line1", "city",
        "postal_code", "country_code", "placed_at", "updated_at")
      VALUES ('o1', 'N1', 'u1', 'PAID', 'EUR', 500, 'Ada', 'Street 1', 'London', 'N1', 'GB', '2026-01-01', '2026-01-02');
    INSERT INTO "order_lines" VALUES ('l1', 'o1', 0, 'p1', 2, 'Kettle', 250);
    INSERT INTO "order_timeline" VALUES ('t1', 'o1', '2026-01-01', 'PENDING', NULL, 'u1'), ('t2', 'o1', '2026-01-02', 'PAID', 'paid', NULL);
    INSERT INTO "payments" VALUES ('y1', 'o1', 'mock', 'token', 500, 'EUR', 'CAPTURED', 0, NULL, '2026-01-01');
    INSERT INTO "transactions" ("id", "payment_id", "kind", "status", "amount_minor", "created_at")
      VALUES ('x1', 'y1', 'CAPTURE', 'SUCCEEDED', 500, '2026-01-01')`;
  const found = await survive(
    "order",
    rows,
    (options) => new OrderClient(options),
    (client) =>
      client.order.findMany({
        include: { lines: true, timeline: { orderBy: { at: "asc" } }, payments: { include: { transactions: true } } },
      }),
  );
  expect(found).toMatchObject([
    {
      id: "o1",
      totalMinor: 500n,
      lines: [{ productId: "p1", quantity: 2 }],
      timeline: [{ status: "PENDING" }, { status: "PAID", note: "paid" }],
      payments: [{ status: "CAPTURED", transactions: [{ kind: "CAPTURE", status: "SUCCEEDED" }] }],
    },
  ]);
});

it("keeps reviews with their likes and replies", async () => {
  const rows = `
    INSERT INTO "products" VALUES ('p1', 'ACTIVE', 1, '{0,0,0,0,1}');
    INSERT INTO "comments" ("id", "product_id", "root_id", "parent_id", "author_id", "rating", "body", "created_at")
      VALUES ('c1', 'p1', 'c1', NULL, 'u1', 5, 'Good', '2026-01-01'), ('c2', 'p1', 'c1', 'c1', 'u2', NULL, 'Yes', '2026-01-02');
    INSERT INTO "likes" VALUES ('c1', 'u2', '2026-01-02')`;
  const found = await survive(
    "comment",
    rows,
    (options) => new CommentClient(options),
    (client) =>
      client.product.findMany({ include: { comments: { include: { likes: true }, orderBy: { id: "asc" } } } }),
  );
  expect(found).toMatchObject([
    {
      histogram: [0, 0, 0, 0, 1],
      comments: [
        { id: "c1", rating: 5, likes: [{ userId: "u2", withdrawnAt: null }] },
        { id: "c2", likes: [] },
      ],
    },
  ]);
});
