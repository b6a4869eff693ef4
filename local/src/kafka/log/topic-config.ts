import { maxBatchBytes } from "./record-batch";

/** Settings of one topic, by Kafka's names for them, as far as they differ from the broker's. */
export type TopicConfig = Record<string, string>;

const isWholeNumberOrAll = (value: string) => /^(-1|\d{1,15})$/.test(value);

/** The settings that a topic can have here, with the values that are taken for each. */
const known = new Map<string, (value: string) => boolean>([
  ["cleanup.policy", (value) => value === "delete"],
  ["max.message.bytes", (value) => value === String(maxBatchBytes)],
  ["min.insync.replicas", (value) => value === "1"],
  ["retention.bytes", isWholeNumberOrAll],
  ["retention.ms", isWholeNumberOrAll],
]);

/** @returns what keeps a topic from having these settings, or undefined if nothing does */
export function findConfigProblem(entries: readonly { name: string; value: string | null }[]): string | undefined {
  for (const { name, value } of entries) {
    const takes = known.get(name);
    if (takes === undefined) return `The stand-in does not support the topic setting ${name}.`;
    if (value !== null && !takes(value)) return `The stand-in does not support ${name}=${value}.`;
  }
  return undefined;
}

export function toTopicConfig(entries: readonly { name: string; value: string | null }[]): TopicConfig {
  return Object.fromEntries(entries.flatMap(({ name, value }) => (value === null ? [] : [[name, value]])));
}

/** Every setting of a topic with its value, and whether the topic has it of its own. */
export function describeTopicConfig(
  config: TopicConfig,
  defaults: { retentionBytes: number; retentionMs: number },
): { name: string; value: string; isOwn: boolean }[] {
  const byDefault: TopicConfig = {
    "cleanup.policy": "delete",
    "max.message.bytes": String(maxBatchBytes),
    "min.insync.replicas": "1",
    "retention.bytes": String(defaults.retentionBytes),
    "retention.ms": String(defaults.retentionMs),
  };
  return Object.entries(byDefault).map(([name, value]) => ({
    name,
    value: config[name] ?? value,
    isOwn: config[name] !== undefined,
  }));
}
