import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { toEventRecord, UnprocessableEventError } from "../src";
import { eventually, numbered, startTestOutbox, testAnnounced, type TestOutbox } from "./harness";

let outbox: TestOutbox;
beforeEach(async () => {
  outbox = await startTestOutbox();
});
afterEach(() => outbox.stop());

/** Publishes without an outbox. */
async function publish(...announced: { name: string; title: string; body?: string }[]): Promise<void> {
  const records = announced.map(({ name, title, body = "" }) =>
    toEventRecord(testAnnounced, { announcementId: `${outbox.prefix}${name}`, title, body }),
  );
  await outbox.bus.publish(records);
}

interface DeadLetter {
  readonly title: string | null;
  readonly reason: string;
  readonly group: string;
  readonly origin: string;
}

/** Reads the dead letters of a group, which other tests' groups share the topic with. */
async function readDeadLetters(groupId: string): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  const consumer = outbox.bus.kafka.consumer({ groupId: `test-${randomUUID()}` });
  outbox.onStop(() => consumer.disconnect());
  await outbox.bus.ping();
  await consumer.connect();
  await consumer.subscribe({ topic: "system.v1.dead-letter", fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      const header = (name: string) => String(message.headers?.[`dead-letter-${name}`]);
      if (header("group") !== groupId) return Promise.resolve();
      const { title } = (JSON.parse(String(message.value)) ?? { title: null }) as { title: string | null };
      const origin = `${header("topic")}/${header("partition")}/${header("offset")}`;
      letters.push({ title, reason: header("reason"), group: header("group"), origin });
      return Promise.resolve();
    },
  });
  return letters;
}

it("tries an event again while its store is down, keeps the order behind it, and goes on with other partitions", async () => {
  let down = true;
  const reader = outbox.read({
    work: ({ name, title }) => {
      if (down && name === "waits" && title === "1") throw new Error("the store is down");
    },
  });
  // So many keys that some lie in other partitions than the one that waits.
  const others = numbered(20).map((name) => ({ name: `other ${name}`, title: "beside" }));
  await publish({ name: "waits", title: "0" }, { name: "waits", title: "1" }, { name: "waits", title: "2" }, ...others);
  await eventually(
    () => Promise.resolve(reader.titles()),
    (titles) => titles.includes("beside") && titles.includes("0"),
  );
  expect(reader.titles("waits")).toEqual(["0"]);
  down = false;
  await reader.until(23);
  expect(reader.titles("waits")).toEqual(["0", "1", "2"]);
});

it("gives up an event that can never be handled, says where it was read, and goes on with its partition", async () => {
  const groupId = `test-${randomUUID()}`;
  let origin = "";
  const reader = outbox.read({
    groupId,
    work: ({ title, partition, offset }) => {
      if (title !== "poison") return;
      origin = `system.v1/${partition}/${offset}`;
      throw new UnprocessableEventError("it is poison");
    },
  });
  const letters = await readDeadLetters(groupId);
  await publish({ name: "a", title: "poison" }, { name: "a", title: "good" });
  await reader.until(1);
  expect(reader.titles()).toEqual(["good"]);
  await eventually(
    () => Promise.resolve(letters),
    ({ length }) => length > 0,
  );
  expect(letters).toEqual([{ title: "poison", reason: "it is poison", group: groupId, origin }]);
});

it("gives up an event that is as large as a broker takes, and lets its value lie", async () => {
  const groupId = `test-${randomUUID()}`;
  const reader = outbox.read({ groupId });
  const letters = await readDeadLetters(groupId);
  await publish({ name: "a", title: "poison", body: "x".repeat(1_048_200) }, { name: "a", title: "good" });
  await reader.until(1);
  await eventually(
    () => Promise.resolve(letters),
    ({ length }) => length > 0,
  );
  const reason = expect.stringMatching(/^the value has \d+ bytes, and an event at most 262144$/) as string;
  expect(letters).toMatchObject([{ title: null, reason }]);
});

it("loses and overtakes nothing while members join and leave its group", async () => {
  const groupId = `test-${randomUUID()}`;
  const done: { name: string; title: string }[] = [];
  const known = new Set<string>();
  // As every handler has to be: an event that comes again is known, whichever member it came to first.
  const work = async ({ eventId, name, title }: { eventId: string; name: string; title: string }): Promise<void> => {
    await sleep(1);
    if (known.has(eventId)) return;
    known.add(eventId);
    done.push({ name, title });
  };
  const names = numbered(12);
  const rounds = numbered(40);
  outbox.read({ groupId, work });
  const leaving = outbox.read({ groupId, work });
  for (const title of rounds) {
    await publish(...names.map((name) => ({ name, title })));
    if (title === "10") outbox.read({ groupId, work });
    if (title === "20") void leaving.stop();
  }
  await eventually(
    () => Promise.resolve(done.length),
    (count) => count === names.length * rounds.length,
  );
  for (const name of names) {
    expect(done.filter((one) => one.name === name).map(({ title }) => title)).toEqual(rounds);
  }
}, 60_000); // each who joins or leaves has all others join anew

it("reads from where the offset store stands, and nothing before that is known", async () => {
  const places = new Map<string, bigint>();
  const admin = outbox.bus.kafka.admin();
  await publish({ name: "a", title: "before" });
  await admin.connect();
  for (const { partition, high } of await admin.fetchTopicOffsets("system.v1")) {
    places.set(`system.v1/${partition}`, BigInt(high));
  }
  await admin.disconnect();
  await publish({ name: "a", title: "after" });
  const reader = outbox.read({
    offsets: {
      load: async (topic, partition) => {
        await sleep(1_000); // time enough for a reader that does not wait
        return places.get(`${topic}/${partition}`);
      },
      save: (topic, partition, next) => {
        places.set(`${topic}/${partition}`, next);
        return Promise.resolve();
      },
    },
  });
  await reader.until(1);
  await publish({ name: "a", title: "last" });
  await reader.until(2);
  expect(reader.titles()).toEqual(["after", "last"]);
  expect(reader.repeats()).toBe(0);
});

it("ends where it is told to leave while it looks up where to begin", async () => {
  let left: Promise<void> | undefined;
  await new Promise<void>((resolve) => {
    const reader = outbox.read({
      offsets: {
        load: async () => {
          left ??= reader.stop();
          await left;
          resolve();
          return undefined;
        },
        save: () => Promise.resolve(),
      },
    });
  });
  await sleep(0); // what nobody waits for has failed by now, or does not
});
