import { type Kafka } from "kafkajs";
import { given } from "./config";
import { createKafka, uniqueName } from "./kafka-clients";
import { startBrokerUnderTest, type BrokerUnderTest } from "./kafka-process";
import { connectRaw, encodeRequest, type RawClient } from "./kafka-raw-client";

const errorCode = { corrupt: 2, outOfOrder: 45, invalidEpoch: 47, unsupportedVersion: 35 };

let broker: BrokerUnderTest;
let kafka: Kafka;
let raw: RawClient;

beforeAll(async () => {
  broker = await startBrokerUnderTest();
  kafka = createKafka(broker.address);
});
beforeEach(async () => {
  raw = await connectRaw(broker.address);
});
afterEach(() => raw.end());
afterAll(() => broker.end());

async function withAdmin<T>(work: (admin: ReturnType<Kafka["admin"]>) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

async function createTopic(): Promise<string> {
  const topic = uniqueName("topic");
  await withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true }));
  return topic;
}

const endOffset = (topic: string) =>
  withAdmin(async (admin) => Number((await admin.fetchTopicOffsets(topic))[0]?.high ?? -1));

/** A producer id from the broker itself, as an idempotent producer would use it. */
async function newProducerId(): Promise<number> {
  raw.send(initProducerId());
  return Number((await raw.receive()).readBigInt64BE(6));
}

function initProducerId(): Buffer {
  const body = Buffer.alloc(6);
  body.writeInt16BE(-1, 0);
  body.writeInt32BE(60_000, 2);
  return encodeRequest(22, 0, body);
}

const messages = (...values: string[]) => values.map((value) => ({ value }));

describe("an idempotent producer's batch", () => {
  it("that was sent before is dropped, and answered with the offset that it has", async () => {
    const topic = await createTopic();
    const producerId = await newProducerId();
    const first = { topic, producerId, firstSequence: 0, messages: messages("a", "b") };
    const second = { topic, producerId, firstSequence: 2, messages: messages("c") };
    expect(await raw.produce(first)).toEqual({ errorCode: 0, baseOffset: 0 });
    expect(await raw.produce(second)).toEqual({ errorCode: 0, baseOffset: 2 });
    expect(await raw.produce(second)).toEqual({ errorCode: 0, baseOffset: 2 });
    expect(await raw.produce(first)).toEqual({ errorCode: 0, baseOffset: 0 });
    expect(await endOffset(topic)).toBe(3);
  });

  it("that leaves out a sequence number is refused, and the one that fills the gap is taken", async () => {
    const topic = await createTopic();
    const producerId = await newProducerId();
    await raw.produce({ topic, producerId, firstSequence: 0, messages: messages("a") });
    const afterGap = { topic, producerId, firstSequence: 2, messages: messages("c") };
    expect((await raw.produce(afterGap)).errorCode).toBe(errorCode.outOfOrder);
    expect(await endOffset(topic)).toBe(1);
    const inOrder = { topic, producerId, firstSequence: 1, messages: messages("b") };
    expect(await raw.produce(inOrder)).toEqual({ errorCode: 0, baseOffset: 1 });
    expect(await raw.produce(afterGap)).toEqual({ errorCode: 0, baseOffset: 2 });
  });

  it("of an epoch that has passed is refused, and a new epoch begins at 0", async () => {
    const topic = await createTopic();
    const producerId = await newProducerId();
    await raw.produce({ topic, producerId, firstSequence: 0, messages: messages("a") });
    const newEpoch = { topic, producerId, producerEpoch: 1, messages: messages("b") };
    expect((await raw.produce({ ...newEpoch, firstSequence: 1 })).errorCode).toBe(errorCode.outOfOrder);
    expect(await raw.produce({ ...newEpoch, firstSequence: 0 })).toEqual({ errorCode: 0, baseOffset: 1 });
    const late = { topic, producerId, producerEpoch: 0, firstSequence: 1, messages: messages("c") };
    expect((await raw.produce(late)).errorCode).toBe(errorCode.invalidEpoch);
  });

  it("is judged by its producer and partition alone", async () => {
    const [one, other] = [await createTopic(), await createTopic()];
    const [firstId, secondId] = [await newProducerId(), await newProducerId()];
    expect(firstId).not.toBe(secondId);
    for (const topic of [one, other]) {
      for (const producerId of [firstId, secondId]) {
        const sent = await raw.produce({ topic, producerId, firstSequence: 0, messages: messages("a") });
        expect(sent.errorCode).toBe(0);
      }
      expect(await endOffset(topic)).toBe(2);
    }
  });
});

describe("bytes that are no proper request", () => {
  it("such as a batch with a changed byte are refused by its checksum", async () => {
    const topic = await createTopic();
    const batch = { topic, messages: messages("as it was") };
    const changed = await raw.produce(batch, (frame) =>
      frame.writeUInt8(frame.readUInt8(frame.length - 2) ^ 1, frame.length - 2),
    );
    expect(changed.errorCode).toBe(errorCode.corrupt);
    expect(await raw.produce(batch)).toEqual({ errorCode: 0, baseOffset: 0 });
  });

  it.each([
    ["a request that claims 2 GB", Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0])],
    ["a negative size", Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0])],
    ["another protocol", Buffer.from("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")],
    ["an API that does not exist", encodeRequest(999, 0)],
    ["a version that does not exist", encodeRequest(3, 99)],
    ["a request without its body", encodeRequest(3, 5)],
    ["an array longer than the request", encodeRequest(3, 5, Buffer.from([0x7f, 0xff, 0xff, 0xff, 1]))],
  ])("end the connection, and no other: %s", async (_, bytes) => {
    const bystander = await connectRaw(broker.address);
    raw.send(bytes);
    await raw.closed();
    bystander.send(encodeRequest(18, 0));
    expect((await bystander.receive()).readInt16BE(0)).toBe(0);
    bystander.end();
  });

  it("do no harm when the client goes away in their middle", async () => {
    raw.send(encodeRequest(18, 0).subarray(0, 7));
    raw.end();
    await raw.closed();
    expect(await withAdmin((admin) => admin.listTopics())).toBeInstanceOf(Array);
  });
});

describe("what a broker does not support", () => {
  it("is answered with what it does, when the client asks in a version of ApiVersions that is too new", async () => {
    const [apiVersions, tooNew] = [18, 99];
    // The header of newer requests ends with a list of tagged fields, here an empty one.
    raw.send(encodeRequest(apiVersions, tooNew, Buffer.from([0])));
    const answer = await raw.receive();
    expect(answer.readInt16BE(0)).toBe(errorCode.unsupportedVersion);
    raw.send(encodeRequest(apiVersions, 0));
    expect((await raw.receive()).readInt16BE(0)).toBe(0);
  });
});

const describeStandIn = given.kafka === undefined ? describe : describe.skip;
describeStandIn("transactions (a real broker has them; the stand-in says that it has not)", () => {
  it("are refused when a producer asks for them", async () => {
    const producer = kafka.producer({ transactionalId: uniqueName("tx"), maxInFlightRequests: 1 });
    await producer.connect();
    await expect(producer.transaction()).rejects.toMatchObject({ type: "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" });
    await producer.disconnect();
  });
});
