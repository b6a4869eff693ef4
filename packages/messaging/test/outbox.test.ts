import { createLogger } from "@shop/telemetry";
import { recordInInbox } from "../src";
import { asTransaction, eventually, numbered, startTestOutbox, testAnnounced, type TestOutbox } from "./harness";

let outbox: TestOutbox;
beforeEach(async () => {
  outbox = await startTestOutbox();
});
afterEach(() => outbox.stop());

const unpublished = async () => (await outbox.sql.query("SELECT 1 FROM outbox WHERE published_at IS NULL")).rowCount;

it("publishes nothing of a transaction that is rolled back", async () => {
  const reader = outbox.read();
  outbox.startRelay();
  await outbox.sql.query("BEGIN");
  await outbox.append({ name: "a", title: "undone" });
  await outbox.sql.query("ROLLBACK");
  await outbox.append({ name: "a", title: "done" });
  await reader.until(1);
  expect(reader.titles()).toEqual(["done"]);
});

it("publishes within a poll what no wake-up told of", async () => {
  const reader = outbox.read();
  outbox.startRelay();
  await outbox.append({ name: "a", title: "told" });
  await reader.until(1);
  await outbox.sql.query(
    `INSERT INTO outbox (event_id, topic, type, key, shard, payload, occurred_at)
     SELECT 'evt_' || gen_random_uuid(), topic, type, key, shard, payload || '{"title": "untold"}', now() FROM outbox`,
  );
  await reader.until(2);
  expect(reader.titles()).toEqual(["told", "untold"]);
});

it("publishes more at a time than a broker takes in one batch, in order", async () => {
  const reader = outbox.read();
  await outbox.append(...numbered(40).map((title) => ({ name: "a", title, body: "x".repeat(60_000) })));
  outbox.startRelay();
  await reader.until(40);
  expect(reader.titles()).toEqual(numbered(40));
});

it("holds up the key of an event that the broker refuses, and no other, and says so", async () => {
  const lines: string[] = [];
  const log = createLogger("test", (line) => lines.push(line));
  const reader = outbox.read();
  await outbox.append(
    { name: "large", title: "before" },
    { name: "large", title: "too large", body: "x".repeat(2_000_000) },
    { name: "large", title: "behind" },
    { name: "other", title: "beside" },
  );
  const relay = outbox.startRelay({ log });
  await reader.until(2);
  await outbox.append({ name: "other", title: "later" });
  await reader.until(3);
  expect(reader.titles("large")).toEqual(["before"]);
  expect(reader.titles("other")).toEqual(["beside", "later"]);
  expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
    expect.objectContaining({ level: 50, key: `${outbox.prefix}large`, topic: "system.v1", type: testAnnounced.type }),
  );

  await relay.stop();
  await outbox.sql.query("DELETE FROM outbox WHERE payload ->> 'title' = 'too large'");
  outbox.startRelay();
  await reader.until(4);
  expect(reader.titles("large")).toEqual(["before", "behind"]);
});

it("lets other instances publish while one cannot", async () => {
  const reader = outbox.read();
  outbox.startRelay({ bus: outbox.connect(["127.0.0.1:1"]) });
  outbox.startRelay();
  await outbox.append(...numbered(20).map((title) => ({ name: title, title })));
  await reader.until(20);
  await eventually(unpublished, (count) => count === 0);
});

it("deletes what was published more than a day ago, and nothing else", async () => {
  await outbox.append(...["published long ago", "published", "not published"].map((title) => ({ name: title, title })));
  const publish = "UPDATE outbox SET published_at = now() - $1::interval WHERE payload ->> 'title' = $2";
  await outbox.sql.query(publish, ["25 hours", "published long ago"]);
  await outbox.sql.query(publish, ["23 hours", "published"]);
  await outbox.sql.query("UPDATE outbox SET occurred_at = now() - '2 days'::interval");
  outbox.startRelay({ bus: outbox.connect(["127.0.0.1:1"]) });
  const left = await eventually(
    async () =>
      (await outbox.sql.query<{ title: string }>("SELECT payload ->> 'title' AS title FROM outbox ORDER BY position"))
        .rows,
    ({ length }) => length < 3,
  );
  expect(left.map(({ title }) => title)).toEqual(["published", "not published"]);
});

it("notes an event as received once", async () => {
  const tx = asTransaction(outbox.sql);
  expect(await recordInInbox(tx, "evt_1")).toBe(true);
  expect(await recordInInbox(tx, "evt_1")).toBe(false);
});
