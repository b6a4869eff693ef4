import { errorCode } from "../protocol/error-codes";
import { array, bool, int16, int32, nullableArray, nullableString, string, struct } from "../protocol/wire-types";
import { type BrokerSettings } from "../settings";
import { isValidTopicName, type Topic, type TopicRegistry } from "../topics";
import { defineApi, noThrottleMs, type Api } from "./api";

/** Where clients reach the broker, which is where it listens. */
export interface Endpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

const clusterId = "stand-in";

const request = struct({ topics: nullableArray(string), allowAutoTopicCreation: bool });

const response = struct({
  throttleMs: int32,
  brokers: array(struct({ nodeId: int32, host: string, port: int32, rack: nullableString })),
  clusterId: nullableString,
  controllerId: int32,
  topics: array(
    struct({
      error: int16,
      name: string,
      isInternal: bool,
      partitions: array(
        struct({
          error: int16,
          index: int32,
          leaderId: int32,
          replicaNodes: array(int32),
          isrNodes: array(int32),
          offlineReplicas: array(int32),
        }),
      ),
    }),
  ),
});

export function createMetadataApi(deps: { topics: TopicRegistry; settings: BrokerSettings; endpoint: Endpoint }): Api {
  const { topics, settings, endpoint } = deps;
  const { nodeId, host, port } = endpoint;

  function describe({ name, partitions }: Topic) {
    const onThisNode = { leaderId: nodeId, replicaNodes: [nodeId], isrNodes: [nodeId], offlineReplicas: [] };
    return {
      error: errorCode.NONE,
      name,
      isInternal: false,
      partitions: partitions.map((_, index) => ({ error: errorCode.NONE, index, ...onThisNode })),
    };
  }

  function find(name: string, mayCreate: boolean) {
    const known = topics.get(name);
    if (known !== undefined) return describe(known);
    const none = { name, isInternal: false, partitions: [] };
    if (!isValidTopicName(name)) return { ...none, error: errorCode.INVALID_TOPIC_EXCEPTION };
    if (!mayCreate) return { ...none, error: errorCode.UNKNOWN_TOPIC_OR_PARTITION };
    return describe(topics.create(name, settings.partitions, {}));
  }

  return defineApi({
    key: 3,
    name: "Metadata",
    versions: [5, 6],
    request,
    response,
    handle: ({ topics: names, allowAutoTopicCreation }) => ({
      throttleMs: noThrottleMs,
      brokers: [{ nodeId, host, port, rack: null }],
      clusterId,
      controllerId: nodeId,
      topics: names === null ? topics.all().map(describe) : names.map((name) => find(name, allowAutoTopicCreation)),
    }),
  });
}
