import { errorCode, type ErrorCode } from "../protocol/error-codes";
import { crc32c } from "./crc32c";

/** Kafka's default `message.max.bytes`: 1 MiB of records and 12 bytes in front of them. */
export const maxBatchBytes = 1_048_588;
/** Everything before the records; no batch is smaller. */
export const batchHeaderBytes = 61;

// Where the fields of a version 2 record batch stand (https://kafka.apache.org/documentation/#recordbatch).
const at = {
  baseOffset: 0,
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  checksum: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  firstSequence: 53,
  recordCount: 57,
} as const;
/** The length field counts what follows it. */
const bytesBeforeLengthCounts = 12;
const transactionalOrControlBits = 0x30;

/** What the broker knows of a batch; its records stay bytes that only clients read. */
export interface BatchHeader {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly sizeBytes: number;
  readonly maxTimestampMs: number;
  /** -1 unless the producer is idempotent. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** The size of the batch that starts at `start`, or undefined if no header can stand there. */
export function batchSizeAt(bytes: Buffer, start: number): number | undefined {
  if (start + batchHeaderBytes > bytes.length) return undefined;
  const size = bytes.readInt32BE(start + at.length) + bytesBeforeLengthCounts;
  return size < batchHeaderBytes ? undefined : size;
}

export function lastOffsetAt(bytes: Buffer, start: number): number {
  return Number(bytes.readBigInt64BE(start + at.baseOffset)) + bytes.readInt32BE(start + at.lastOffsetDelta);
}

/** Reads the header of a batch that is known to stand at `start`. */
export function readBatchHeader(bytes: Buffer, start: number): BatchHeader {
  const lastOffsetDelta = bytes.readInt32BE(start + at.lastOffsetDelta);
  const baseOffset = Number(bytes.readBigInt64BE(start + at.baseOffset));
  const firstSequence = bytes.readInt32BE(start + at.firstSequence);
  return {
    baseOffset,
    lastOffset: baseOffset + lastOffsetDelta,
    sizeBytes: bytes.readInt32BE(start + at.length) + bytesBeforeLengthCounts,
    maxTimestampMs: Number(bytes.readBigInt64BE(start + at.maxTimestamp)),
    producerId: Number(bytes.readBigInt64BE(start + at.producerId)),
    producerEpoch: bytes.readInt16BE(start + at.producerEpoch),
    firstSequence,
    lastSequence: addToSequence(firstSequence, lastOffsetDelta),
  };
}

/** Sequence numbers count records per producer and partition, and begin again at 0 after 2^31 - 1. */
export function addToSequence(sequence: number, count: number): number {
  return (sequence + count) % 2 ** 31;
}

export function hasValidChecksum(bytes: Buffer, start: number, sizeBytes: number): boolean {
  return bytes.readUInt32BE(start + at.checksum) === crc32c(bytes, start + at.attributes, start + sizeBytes);
}

/** The offset and the leader epoch lie outside the checksum, so that a broker can set them in what a producer sent. */
export function placeBatch(batch: Buffer, baseOffset: number): void {
  batch.writeBigInt64BE(BigInt(baseOffset), at.baseOffset);
  batch.writeInt32BE(0, at.leaderEpoch);
}

/** Checks what a producer sent for one partition: exactly one whole, sound batch of the current format. */
export function checkProducedBatch(records: Buffer): ErrorCode {
  if (records.length <= at.magic) return errorCode.CORRUPT_MESSAGE;
  if (records.readInt8(at.magic) !== 2) return errorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT;
  const sizeBytes = batchSizeAt(records, 0);
  if (sizeBytes === undefined || sizeBytes > records.length) return errorCode.CORRUPT_MESSAGE;
  if (sizeBytes > maxBatchBytes) return errorCode.MESSAGE_TOO_LARGE;
  if (!hasValidChecksum(records, 0, sizeBytes)) return errorCode.CORRUPT_MESSAGE;
  if (sizeBytes < records.length) return errorCode.INVALID_RECORD;
  const recordCount = records.readInt32BE(at.recordCount);
  if (recordCount < 1 || records.readInt32BE(at.lastOffsetDelta) !== recordCount - 1) return errorCode.INVALID_RECORD;
  const { maxTimestampMs, producerId, firstSequence } = readBatchHeader(records, 0);
  if (!Number.isSafeInteger(maxTimestampMs)) return errorCode.INVALID_TIMESTAMP;
  if (!Number.isSafeInteger(producerId) || producerId < -1) return errorCode.INVALID_RECORD;
  if (producerId !== -1 && firstSequence < 0) return errorCode.INVALID_RECORD;
  if (records.readInt16BE(at.attributes) & transactionalOrControlBits) {
    return errorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  }
  return errorCode.NONE;
}
