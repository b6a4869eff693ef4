import { type Logger } from "@shop/telemetry";
import { type GroupCoordinator } from "../groups/coordinator";
import { findConfigProblem, toTopicConfig } from "../log/topic-config";
import { errorCode, type ErrorCode } from "../protocol/error-codes";
import {
  array,
  bool,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  string,
  struct,
  type Decoded,
} from "../protocol/wire-types";
import { type BrokerSettings } from "../settings";
import { isValidTopicName, type TopicRegistry } from "../topics";
import { defineApi, noThrottleMs, type Api } from "./api";

/** Each partition is an open file: more than anyone needs on one machine. */
const maxPartitions = 256;
/** What a client sends for "the broker's default". */
const byDefault = -1;
/** What a client sends in DeleteRecords for "all that is there now". */
const upToTheEnd = -1;
const throttleMs = noThrottleMs;

const creatableTopic = struct({
  name: string,
  partitionCount: int32,
  replicationFactor: int16,
  assignments: array(struct({ partition: int32, nodeIds: array(int32) })),
  configs: array(struct({ name: string, value: nullableString })),
});

interface Refusal {
  readonly error: ErrorCode;
  readonly message: string | null;
}
const accepted: Refusal = { error: errorCode.NONE, message: null };
const refuse = (error: ErrorCode, message: string): Refusal => ({ error, message });

/** What a larger or fuller Kafka would have taken. */
const unsupported = new Set<ErrorCode>([
  errorCode.INVALID_CONFIG,
  errorCode.INVALID_REPLICA_ASSIGNMENT,
  errorCode.INVALID_REPLICATION_FACTOR,
]);

/** CreateTopics, DeleteTopics, CreatePartitions, DeleteRecords. */
export function createTopicAdminApis(deps: {
  topics: TopicRegistry;
  groups: GroupCoordinator;
  settings: BrokerSettings;
  log: Logger;
}): Api[] {
  const { topics, groups, settings, log } = deps;

  function checkNewTopic(topic: Decoded<typeof creatableTopic>): Refusal {
    const { name, partitionCount, replicationFactor, assignments, configs } = topic;
    if (!isValidTopicName(name)) return refuse(errorCode.INVALID_TOPIC_EXCEPTION, "The topic's name is invalid.");
    if (topics.get(name) !== undefined) return refuse(errorCode.TOPIC_ALREADY_EXISTS, "The topic exists already.");
    if (assignments.length > 0) {
      return refuse(errorCode.INVALID_REPLICA_ASSIGNMENT, "The stand-in is one node and assigns no replicas.");
    }
    if (partitionCount !== byDefault && (partitionCount < 1 || partitionCount > maxPartitions)) {
      return refuse(errorCode.INVALID_PARTITIONS, `A topic has 1 to ${maxPartitions} partitions.`);
    }
    if (replicationFactor !== byDefault && replicationFactor !== 1) {
      return refuse(errorCode.INVALID_REPLICATION_FACTOR, "One node can hold one replica.");
    }
    const problem = findConfigProblem(configs);
    return problem === undefined ? accepted : refuse(errorCode.INVALID_CONFIG, problem);
  }

  const createTopics = defineApi({
    key: 19,
    name: "CreateTopics",
    versions: [2, 3],
    request: struct({ topics: array(creatableTopic), timeoutMs: int32, validateOnly: bool }),
    response: struct({
      throttleMs: int32,
      topics: array(struct({ name: string, error: int16, message: nullableString })),
    }),
    handle: ({ topics: asked, validateOnly }) => ({
      throttleMs,
      topics: asked.map((topic) => {
        const { name, partitionCount, configs } = topic;
        const refusal = checkNewTopic(topic);
        if (refusal.error === errorCode.NONE && !validateOnly) {
          const count = partitionCount === byDefault ? settings.partitions : partitionCount;
          topics.create(name, count, toTopicConfig(configs));
        }
        if (unsupported.has(refusal.error)) log.warn({ topic: name, problem: refusal.message }, "refused a topic");
        return { name, ...refusal };
      }),
    }),
  });

  const deleteTopics = defineApi({
    key: 20,
    name: "DeleteTopics",
    versions: [1, 3],
    request: struct({ names: array(string), timeoutMs: int32 }),
    response: struct({ throttleMs: int32, topics: array(struct({ name: string, error: int16 })) }),
    handle: ({ names }) => ({
      throttleMs,
      topics: names.map((name) => {
        const topic = topics.get(name);
        if (topic === undefined) return { name, error: errorCode.UNKNOWN_TOPIC_OR_PARTITION };
        topics.delete(topic);
        groups.offsets.forgetTopic(name);
        return { name, error: errorCode.NONE };
      }),
    }),
  });

  const createPartitions = defineApi({
    key: 37,
    name: "CreatePartitions",
    versions: [0, 1],
    request: struct({
      topics: array(struct({ name: string, count: int32, assignments: nullableArray(nullableArray(int32)) })),
      timeoutMs: int32,
      validateOnly: bool,
    }),
    response: struct({
      throttleMs: int32,
      topics: array(struct({ name: string, error: int16, message: nullableString })),
    }),
    handle: ({ topics: asked, validateOnly }) => ({
      throttleMs,
      topics: asked.map(({ name, count }) => {
        const topic = topics.get(name);
        if (topic === undefined) {
          return { name, ...refuse(errorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no such topic.") };
        }
        const had = topic.partitions.length;
        if (count <= had || count > maxPartitions) {
          const message = `The topic has ${had} partitions; it can be given more, up to ${maxPartitions}.`;
          return { name, ...refuse(errorCode.INVALID_PARTITIONS, message) };
        }
        if (!validateOnly) topics.addPartitions(topic, count);
        return { name, ...accepted };
      }),
    }),
  });

  function deleteRecords(name: string, index: number, offset: number) {
    const topic = topics.get(name);
    const log = topic?.partitions[index];
    if (topic === undefined || log === undefined) {
      return { index, lowWatermark: -1, error: errorCode.UNKNOWN_TOPIC_OR_PARTITION };
    }
    const before = offset === upToTheEnd ? log.endOffset() : offset;
    if (before < 0 || before > log.endOffset()) {
      return { index, lowWatermark: -1, error: errorCode.OFFSET_OUT_OF_RANGE };
    }
    topics.deleteRecordsBefore(topic, index, before);
    return { index, lowWatermark: log.startOffset(), error: errorCode.NONE };
  }

  const deleteRecordsApi = defineApi({
    key: 21,
    name: "DeleteRecords",
    versions: [0, 1],
    request: struct({
      topics: array(struct({ name: string, partitions: array(struct({ index: int32, offset: int64 })) })),
      timeoutMs: int32,
    }),
    response: struct({
      throttleMs: int32,
      topics: array(
        struct({ name: string, partitions: array(struct({ index: int32, lowWatermark: int64, error: int16 })) }),
      ),
    }),
    handle: ({ topics: asked }) => ({
      throttleMs,
      topics: asked.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ index, offset }) => deleteRecords(name, index, offset)),
      })),
    }),
  });

  return [createTopics, deleteTopics, createPartitions, deleteRecordsApi];
}
