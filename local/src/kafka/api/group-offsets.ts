import { type CommittedOffset } from "../groups/committed-offsets";
import { type GroupCoordinator } from "../groups/coordinator";
import { errorCode, type ErrorCode } from "../protocol/error-codes";
import { array, int16, int32, int64, nullableArray, nullableString, string, struct } from "../protocol/wire-types";
import { type TopicRegistry } from "../topics";
import { defineApi, noThrottleMs, type Api } from "./api";

/** Kafka's default `offset.metadata.max.bytes`. */
const maxMetadataBytes = 4096;
/** Stands for "none committed". */
const noOffset = -1;
const throttleMs = noThrottleMs;

/** OffsetCommit and OffsetFetch: how far a group has read. */
export function createGroupOffsetApis(deps: { groups: GroupCoordinator; topics: TopicRegistry }): Api[] {
  const { groups, topics } = deps;

  function findProblem({ topic, partition, metadata }: CommittedOffset): ErrorCode {
    if (topics.partition(topic, partition) === undefined) return errorCode.UNKNOWN_TOPIC_OR_PARTITION;
    return Buffer.byteLength(metadata ?? "") > maxMetadataBytes ? errorCode.OFFSET_METADATA_TOO_LARGE : errorCode.NONE;
  }

  const offsetCommit = defineApi({
    key: 8,
    name: "OffsetCommit",
    versions: [5, 5],
    request: struct({
      groupId: string,
      generation: int32,
      memberId: string,
      topics: array(
        struct({ name: string, partitions: array(struct({ index: int32, offset: int64, metadata: nullableString })) }),
      ),
    }),
    response: struct({
      throttleMs: int32,
      topics: array(struct({ name: string, partitions: array(struct({ index: int32, error: int16 })) })),
    }),
    handle({ groupId, generation, memberId, topics: committed }) {
      const checked = committed.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ index, offset, metadata }) => {
          const value = { groupId, topic: name, partition: index, offset, metadata };
          return { index, value, problem: findProblem(value) };
        }),
      }));
      const sound = checked
        .flatMap(({ partitions }) => partitions)
        .flatMap(({ value, problem }) => (problem === errorCode.NONE ? [value] : []));
      const refusal = groups.commit(groupId, generation, memberId, sound);
      return {
        throttleMs,
        topics: checked.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ index, problem }) => ({
            index,
            error: refusal === errorCode.NONE ? problem : refusal,
          })),
        })),
      };
    },
  });

  /** Everything that a group has committed, as a request that asked for it by name. */
  function allOf(groupId: string): { name: string; partitions: number[] }[] {
    const byTopic = new Map<string, number[]>();
    for (const { topic, partition } of groups.offsets.ofGroup(groupId)) {
      byTopic.set(topic, [...(byTopic.get(topic) ?? []), partition]);
    }
    return [...byTopic].map(([name, partitions]) => ({ name, partitions }));
  }

  const offsetFetch = defineApi({
    key: 9,
    name: "OffsetFetch",
    versions: [3, 4],
    request: struct({ groupId: string, topics: nullableArray(struct({ name: string, partitions: array(int32) })) }),
    response: struct({
      throttleMs: int32,
      topics: array(
        struct({
          name: string,
          partitions: array(struct({ index: int32, offset: int64, metadata: nullableString, error: int16 })),
        }),
      ),
      error: int16,
    }),
    handle: ({ groupId, topics: asked }) => ({
      throttleMs,
      topics: (asked ?? allOf(groupId)).map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((index) => {
          const { offset, metadata } = groups.offsets.find(groupId, name, index) ?? { offset: noOffset, metadata: "" };
          return { index, offset, metadata, error: errorCode.NONE };
        }),
      })),
      error: errorCode.NONE,
    }),
  });

  return [offsetCommit, offsetFetch];
}
