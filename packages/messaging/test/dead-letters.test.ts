import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { commentLiked } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { testStores } from "@shop/local/testing";
import { createLogger } from "@shop/telemetry";
import {
  createDeadLetterBox,
  createMessageBus,
  type DeadLetter,
  handle,
  startConsumer,
  toEventRecord,
  UnprocessableEventError,
} from "../src";
import { eventually, startTestOutbox, testAnnounced, type TestOutbox } from "./harness";

let outbox: TestOutbox;
beforeEach(async () => {
  outbox = await startTestOutbox();
});
afterEach(() => outbox.stop());

const log = createLogger("test");
log.level = "silent";

/** What a group gave up of a key: other tests' letters lie in the same topics. */
async function givenUpBy(groupId: string, key: string, count: number): Promise<DeadLetter[]> {
  const box = createDeadLetterBox(outbox.bus);
  const own = async () =>
    (await box.list(["comment.v1", "system.v1"])).filter(
      (letter) => String(letter.key) === key && letter.givenUp.some(({ group }) => group === groupId),
    );
  return eventually(own, ({ length }) => length >= count);
}

/** As an operator does. */
function command(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
  const script = join(__dirname, "../dist/dead-letters-command.js");
  const env = { PATH: process.env["PATH"], KAFKA_BROKERS: testStores().kafkaBrokers.join(), LOG_LEVEL: "silent" };
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env, maxBuffer: 2 ** 24 }, (error, output, errors) => {
      resolve({ code: Number(error?.code ?? 0), output, errors });
    });
  });
}

it("tells of each kind of poison why it was given up, and goes on behind it", async () => {
  const groupId = `test-${randomUUID()}`;
  const bus = createMessageBus({
    brokers: testStores().kafkaBrokers,
    clientId: "test",
    topics: ["comment.v1"],
    log,
  });
  outbox.onStop(() => bus.stop());
  const productId = createId("prd");
  const likers: string[] = [];
  const handler = handle(commentLiked, ({ payload }) => {
    if (payload.productId === productId) likers.push(payload.likerId);
    return Promise.resolve();
  });
  const consumer = startConsumer({ bus, groupId, handlers: [handler], isOutage: () => false, log });
  outbox.onStop(() => consumer.stop());

  const good = { commentId: "cmt_1", productId, authorId: "usr_1", likerId: "usr_2" };
  const large = JSON.stringify({ ...good, likerId: "x".repeat(900_000) });
  const headers = { "event-type": "liked", "event-id": createId("evt") };
  await bus.ping();
  const key = Buffer.from(productId);
  for (const value of [Buffer.from("not JSON"), Buffer.from('{"likerId":1}'), null, Buffer.from(large)]) {
    await bus.publishAsIs("comment.v1", { key, value, headers });
  }
  await bus.publishAsIs("comment.v1", { key, value: Buffer.from("{}"), headers: {} });
  await bus.publish([toEventRecord(commentLiked, good)]);
  await eventually(
    () => Promise.resolve(likers),
    ({ length }) => length > 0,
  );
  expect(likers).toEqual([good.likerId]);

  const letters = await givenUpBy(groupId, productId, 5);
  expect(letters.map(({ givenUp }) => givenUp.find(({ group }) => group === groupId)?.reason)).toEqual([
    "the value is not JSON",
    "the payload does not fit comment.v1 liked",
    "the payload does not fit comment.v1 liked",
    expect.stringMatching(/^the value has 900\d{3} bytes, and an event at most 262144$/),
    "the headers event-type and event-id are missing",
  ]);
  expect(letters.map(({ value }) => value?.length ?? null)).toEqual([8, 13, null, large.length, 2]);
});

it("gives what is retried another chance, in its order and as it was, and lists it no more", async () => {
  const groupId = `test-${randomUUID()}`;
  let isMended = false;
  const reader = outbox.read({
    groupId,
    work: () => {
      if (!isMended) throw new UnprocessableEventError("a bug\u001b[2J");
    },
  });
  const records = ["first", "second"].map((title) =>
    toEventRecord(testAnnounced, { announcementId: `${outbox.prefix}a`, title, body: "" }),
  );
  await outbox.bus.publish(records);
  const [first, second] = (await givenUpBy(groupId, `${outbox.prefix}a`, 2)).map(({ origin }) => origin);
  if (first === undefined || second === undefined) throw new Error("no letters");

  const listed = await command("list", "--topic", "system.v1");
  expect(listed.code).toBe(0);
  const line = `${first}  `; // other tests' letters may lie at places that begin alike
  expect(listed.output).toContain(line);
  expect(listed.output).toContain(`${groupId}: "a bug\\u001b[2J"`); // nothing that a terminal would obey
  expect((await command("show", first)).output).toContain(`"event-id": "${records[0]?.eventId ?? ""}"`);

  isMended = true;
  const retried = await command("retry", second, first);
  expect(retried).toMatchObject({ code: 0, output: `${first}: published again\n${second}: published again\n` });
  await reader.until(2);
  expect(reader.titles()).toEqual(["first", "second"]);
  expect(reader.repeats()).toBe(0);

  const left = await command("list");
  expect(left.output).not.toContain(line);
  expect((await command("list", "--retried")).output).toContain(line);
});

it("says what it cannot do", async () => {
  expect(await command("retry", "system.v1/0/999999999")).toMatchObject({
    code: 1,
    errors: "There is no dead letter of system.v1/0/999999999.\n",
  });
  for (const args of [[], ["burn"], ["retry"], ["list", "--topic", "none.v1"], ["show"], ["list", "--nonsense"]]) {
    const { code, errors } = await command(...args);
    expect({ args, code }).toEqual({ args, code: 1 });
    expect(errors).toMatch(/^Usage: /);
  }
});
