import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createImpatientKafka, uniqueName, valuesOf } from "./kafka-clients";
import { numbered, setTheScene } from "./kafka-scene";

const { address, admin, atTheEnd, createTopic, connectProducer, consume } = setTheScene();

describe("consumer groups", () => {
  it("go on after a restart where they had committed", async () => {
    const topic = await createTopic(2);
    const groupId = uniqueName("group");
    const producer = await connectProducer();
    const send = (values: string[]) =>
      producer.send({ topic, messages: values.map((value) => ({ key: value, value })) });
    await send(numbered(20, "first"));
    const before = await consume(topic, groupId);
    await before.until(() => before.received.length >= 20);
    await before.end();
    await send(numbered(20, "second"));
    const after = await consume(topic, groupId);
    await after.until(() => after.received.length >= 20);
    expect(valuesOf(after.received).sort()).toEqual(numbered(20, "second").sort());
  });

  it("share out the partitions anew when a member comes and when it leaves", async () => {
    const topic = await createTopic(4);
    const groupId = uniqueName("group");
    const first = await consume(topic, groupId);
    expect(first.assigned()).toHaveLength(4);
    const second = await consume(topic, groupId);
    await first.until(() => first.assigned().length === 2);
    expect([...first.assigned(), ...second.assigned()].sort()).toEqual([0, 1, 2, 3]);

    const producer = await connectProducer();
    const messages = [0, 1, 2, 3].map((partition) => ({ partition, value: String(partition) }));
    await producer.send({ topic, messages });
    for (const each of [first, second]) {
      await each.until(() => each.received.length >= 2);
      expect(each.received.map(({ partition }) => partition).sort()).toEqual([...each.assigned()].sort());
    }
    await second.end();
    await first.until(() => first.assigned().length === 4);
  });

  it("take over from a member that was killed", async () => {
    const topic = await createTopic(2);
    const groupId = uniqueName("group");
    const producer = await connectProducer();
    const sendToBoth = (value: string) => {
      return producer.send({ topic, messages: [0, 1].map((partition) => ({ partition, value })) });
    };
    const member = fork(join(__dirname, "kafka-member.mjs"), [address(), topic, groupId]);
    atTheEnd.push(() => Promise.resolve(member.kill("SIGKILL")));
    const reads = once(member, "message");
    await sendToBoth("before");
    await reads;
    const heir = await consume(topic, groupId);
    expect(heir.assigned()).toHaveLength(1);
    member.kill("SIGKILL");
    await sendToBoth("after");
    await heir.until(() => valuesOf(heir.received).filter((value) => value === "after").length === 2);
    expect(heir.assigned()).toHaveLength(2);
  });

  it("are listed and described, and deleted only when nobody is in them", async () => {
    const topic = await createTopic();
    const groupId = uniqueName("group");
    const member = await consume(topic, groupId);
    expect((await admin().listGroups()).groups).toContainEqual({ groupId, protocolType: "consumer" });
    const { groups } = await admin().describeGroups([groupId]);
    expect(groups[0]).toMatchObject({ state: "Stable", members: [{ clientId: "conformance" }] });
    const impatient = createImpatientKafka(address()).admin();
    await impatient.connect();
    atTheEnd.push(() => impatient.disconnect());
    await expect(impatient.deleteGroups([groupId])).rejects.toMatchObject({
      groups: [{ errorCode: 68 }],
    });
    await member.end();
    await admin().deleteGroups([groupId]);
    expect((await admin().listGroups()).groups.map((each) => each.groupId)).not.toContain(groupId);
  });

  it("can be set to an offset while nobody is in them", async () => {
    const topic = await createTopic();
    const groupId = uniqueName("group");
    const producer = await connectProducer();
    await producer.send({ topic, messages: numbered(5).map((value) => ({ value })) });
    await admin().setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: "3" }] });
    expect(await admin().fetchOffsets({ groupId, topics: [topic] })).toMatchObject([
      { topic, partitions: [{ partition: 0, offset: "3" }] },
    ]);
    const reader = await consume(topic, groupId);
    await reader.until(() => reader.received.length >= 2);
    expect(valuesOf(reader.received)).toEqual(["m3", "m4"]);
  });

  it("refuse a session timeout that is shorter than the broker allows", async () => {
    const consumer = createImpatientKafka(address()).consumer({
      groupId: uniqueName("group"),
      sessionTimeout: 1000,
      heartbeatInterval: 100,
      retry: { retries: 0, restartOnFailure: () => Promise.resolve(false) },
    });
    atTheEnd.push(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic: await createTopic() });
    const crashed = new Promise<string>((resolve) =>
      consumer.on(consumer.events.CRASH, ({ payload }) => resolve(String((payload.error as { type?: string }).type))),
    );
    await consumer.run({ eachMessage: () => Promise.resolve() });
    expect(await crashed).toBe("INVALID_SESSION_TIMEOUT");
  });
});
