import { once } from "node:events";
import { connect } from "node:net";
import { type Message } from "kafkajs";

// The client's own encoders, so that what is sent does not come from the code under test. They have no types.
interface EncodedRequest {
  apiKey: number;
  apiVersion: number;
  encode: () => Promise<unknown>;
}
const encodeFrame =
  jest.requireActual<
    (frame: { correlationId: number; clientId: string; request: EncodedRequest }) => Promise<{ buffer: Buffer }>
  >("kafkajs/src/protocol/request");
const encodeProduce = jest.requireActual<(request: object) => EncodedRequest>(
  "kafkajs/src/protocol/requests/produce/v7/request",
);
const { decode: decodeProduce } = jest.requireActual<{
  decode: (body: Buffer) => Promise<{
    topics: { partitions: { errorCode: number; baseOffset: string }[] }[];
  }>;
}>("kafkajs/src/protocol/requests/produce/v7/response");

export interface ProducedBatch {
  readonly topic: string;
  readonly messages: Message[];
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly firstSequence?: number;
}

export interface RawClient {
  /** Sends one batch to partition 0, as it stands or damaged on its way. */
  produce(batch: ProducedBatch, damage?: (frame: Buffer) => void): Promise<{ errorCode: number; baseOffset: number }>;
  send(bytes: Buffer): void;
  /** The next answer, without its size and correlation id. */
  receive(): Promise<Buffer>;
  /** Ends when the broker closes the connection. */
  closed(): Promise<void>;
  end(): void;
}

/** Speaks the protocol frame by frame, to send what no client would. */
export async function connectRaw(address: string): Promise<RawClient> {
  const [host, port] = address.split(":");
  const socket = connect(Number(port), host);
  await once(socket, "connect");
  let buffered = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => (buffered = Buffer.concat([buffered, chunk])));
  socket.on("error", () => undefined);
  const closing = once(socket, "close");

  async function receive(): Promise<Buffer> {
    while (buffered.length < 4 || buffered.length < 4 + buffered.readInt32BE(0)) {
      await Promise.race([
        once(socket, "data"),
        closing.then(() => {
          throw new Error("the broker closed the connection");
        }),
      ]);
    }
    const end = 4 + buffered.readInt32BE(0);
    const body = buffered.subarray(8, end);
    buffered = buffered.subarray(end);
    return body;
  }

  return {
    async produce({ topic, messages, producerId = -1, producerEpoch = 0, firstSequence = 0 }, damage) {
      const request = encodeProduce({
        acks: -1,
        timeout: 1000,
        producerId,
        producerEpoch,
        topicData: [{ topic, partitions: [{ partition: 0, firstSequence, messages }] }],
      });
      const { buffer } = await encodeFrame({ correlationId: 1, clientId: "raw", request });
      damage?.(buffer);
      socket.write(buffer);
      const { topics } = await decodeProduce(await receive());
      const [partition] = topics[0]?.partitions ?? [];
      if (partition === undefined) throw new Error("an answer without the partition that was asked for");
      return { errorCode: partition.errorCode, baseOffset: Number(partition.baseOffset) };
    },
    send: (bytes) => void socket.write(bytes),
    receive,
    async closed() {
      await closing;
    },
    end: () => void socket.destroy(),
  };
}

/** A request's frame, without a client id. */
export function encodeRequest(apiKey: number, apiVersion: number, body = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(14);
  header.writeInt32BE(10 + body.length, 0);
  header.writeInt16BE(apiKey, 4);
  header.writeInt16BE(apiVersion, 6);
  header.writeInt16BE(-1, 12);
  return Buffer.concat([header, body]);
}
