import { type PartitionLog } from "../log/partition-log";
import { errorCode } from "../protocol/error-codes";
import { array, int16, int32, int64, int8, string, struct } from "../protocol/wire-types";
import { type TopicRegistry } from "../topics";
import { defineApi, noThrottleMs, type Api } from "./api";

const request = struct({
  replicaId: int32,
  isolationLevel: int8,
  topics: array(struct({ name: string, partitions: array(struct({ index: int32, timestampMs: int64 })) })),
});

const response = struct({
  throttleMs: int32,
  topics: array(
    struct({
      name: string,
      partitions: array(struct({ index: int32, error: int16, timestampMs: int64, offset: int64 })),
    }),
  ),
});

/** What a client sends in place of a time. */
const latest = -1;
const earliest = -2;

/** For a time, the offset is that of the batch with the first record so new: at or a little before that record. */
function locate(log: PartitionLog, timestampMs: number): { offset: number; timestampMs: number } {
  if (timestampMs === latest) return { offset: log.endOffset(), timestampMs: -1 };
  if (timestampMs === earliest) return { offset: log.startOffset(), timestampMs: -1 };
  return log.findByTime(timestampMs) ?? { offset: -1, timestampMs: -1 };
}

export function createListOffsetsApi(deps: { topics: TopicRegistry }): Api {
  return defineApi({
    key: 2,
    name: "ListOffsets",
    versions: [2, 3],
    request,
    response,
    handle: ({ topics }) => ({
      throttleMs: noThrottleMs,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ index, timestampMs }) => {
          const log = deps.topics.partition(name, index);
          return log === undefined
            ? { index, error: errorCode.UNKNOWN_TOPIC_OR_PARTITION, timestampMs: -1, offset: -1 }
            : { index, error: errorCode.NONE, ...locate(log, timestampMs) };
        }),
      })),
    }),
  });
}
