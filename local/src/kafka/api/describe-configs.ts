import { type Logger } from "@shop/telemetry";
import { describeTopicConfig } from "../log/topic-config";
import { errorCode } from "../protocol/error-codes";
import { array, bool, int16, int32, int8, nullableArray, nullableString, string, struct } from "../protocol/wire-types";
import { type BrokerSettings } from "../settings";
import { type TopicRegistry } from "../topics";
import { defineApi, noThrottleMs, type Api } from "./api";

const topicResource = 2;
/** Where a value comes from, by the protocol's numbers. */
const source = { topic: 1, default: 5 } as const;

const request = struct({
  resources: array(struct({ type: int8, name: string, configNames: nullableArray(string) })),
  includeSynonyms: bool,
});

const response = struct({
  throttleMs: int32,
  resources: array(
    struct({
      error: int16,
      message: nullableString,
      type: int8,
      name: string,
      configs: array(
        struct({
          name: string,
          value: nullableString,
          isReadOnly: bool,
          source: int8,
          isSensitive: bool,
          synonyms: array(struct({ name: string, value: nullableString, source: int8 })),
        }),
      ),
    }),
  ),
});

export function createDescribeConfigsApi(deps: { topics: TopicRegistry; settings: BrokerSettings; log: Logger }): Api {
  const { topics, settings, log } = deps;

  function describe({ type, name, configNames }: { type: number; name: string; configNames: string[] | null }) {
    const refused = { type, name, configs: [] };
    if (type !== topicResource) {
      log.warn({ resourceType: type, name }, "refused to describe settings: only those of topics can be");
      return { ...refused, error: errorCode.INVALID_REQUEST, message: "The stand-in describes topics only." };
    }
    const topic = topics.get(name);
    if (topic === undefined) return { ...refused, error: errorCode.UNKNOWN_TOPIC_OR_PARTITION, message: null };
    const configs = describeTopicConfig(topic.config, settings)
      .filter((each) => configNames === null || configNames.includes(each.name))
      .map((each) => ({
        name: each.name,
        value: each.value,
        isReadOnly: true,
        source: each.isOwn ? source.topic : source.default,
        isSensitive: false,
        synonyms: [],
      }));
    return { type, name, error: errorCode.NONE, message: null, configs };
  }

  return defineApi({
    key: 32,
    name: "DescribeConfigs",
    versions: [1, 2],
    request,
    response,
    handle: ({ resources }) => ({ throttleMs: noThrottleMs, resources: resources.map(describe) }),
  });
}
