import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { z } from "zod";
import { openDurableTable } from "./durable-table";
import { openPartitionLog, type PartitionLog } from "./log/partition-log";
import { type TopicConfig } from "./log/topic-config";
import { type BrokerSettings } from "./settings";

export interface Topic {
  readonly name: string;
  readonly config: TopicConfig;
  readonly partitions: readonly PartitionLog[];
}

/** The topics of the broker. What a method changes is on disk when it returns. */
export interface TopicRegistry {
  get(name: string): Topic | undefined;
  all(): Topic[];
  partition(name: string, index: number): PartitionLog | undefined;
  /** The name must be valid and free. */
  create(name: string, partitionCount: number, config: TopicConfig): Topic;
  addPartitions(topic: Topic, partitionCount: number): void;
  /** Makes `offset` the first that can be read of a partition. */
  deleteRecordsBefore(topic: Topic, index: number, offset: number): void;
  delete(topic: Topic): void;
  enforceRetention(nowMs: number): void;
  sync(): Promise<void>;
  close(): void;
}

/** What Kafka takes as a topic's name. */
export function isValidTopicName(name: string): boolean {
  return /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== "." && name !== "..";
}

const topicRow = z.object({
  /** The topic's folder. A name would not do: two may differ in case alone, and a deleted topic's name may come again. */
  id: z.uuid(),
  /** One element a partition: the first offset that can be read. */
  startOffsets: z.array(z.int()),
  config: z.record(z.string(), z.string()),
});
type TopicRow = z.infer<typeof topicRow>;

interface OpenTopic extends Topic {
  readonly row: TopicRow;
  readonly partitions: PartitionLog[];
}

/** Opens the topics under a folder, with every log in it. */
export function openTopics(dataDir: string, deps: { settings: BrokerSettings; log: Logger }): TopicRegistry {
  const { settings, log } = deps;
  const logsFolder = join(dataDir, "logs");
  mkdirSync(logsFolder, { recursive: true });
  const table = openDurableTable(join(dataDir, "topics"), { value: topicRow, log });
  const topics = new Map<string, OpenTopic>();

  const folderOf = (row: TopicRow) => join(logsFolder, row.id);

  function openPartitions(row: TopicRow, fromIndex: number): PartitionLog[] {
    const limits = {
      segmentBytes: settings.segmentBytes,
      retentionBytes: Number(row.config["retention.bytes"] ?? settings.retentionBytes),
      retentionMs: Number(row.config["retention.ms"] ?? settings.retentionMs),
    };
    return row.startOffsets.flatMap((startOffset, index) =>
      index < fromIndex ? [] : [openPartitionLog(join(folderOf(row), String(index)), { limits, startOffset, log })],
    );
  }

  function put(name: string, row: TopicRow, partitions: PartitionLog[]): OpenTopic {
    const topic = { name, row, config: row.config, partitions };
    topics.set(name, topic);
    return topic;
  }

  function rowOf(topic: Topic): TopicRow {
    const open = topics.get(topic.name);
    if (open === undefined) throw new Error(`topic ${topic.name} is not open`);
    return open.row;
  }

  for (const [name, row] of table.entries()) put(name, row, openPartitions(row, 0));
  const known = new Set([...topics.values()].map(({ row }) => row.id));
  const strays = readdirSync(logsFolder).filter((folder) => !known.has(folder));
  // They are left alone: a deletion that was interrupted leaves one, but so would damage to the table.
  if (strays.length > 0) log.warn({ strays, logsFolder }, "folders that belong to no topic; they may be deleted");

  const allLogs = () => [...topics.values()].flatMap(({ partitions }) => partitions);

  return {
    get: (name) => topics.get(name),
    all: () => [...topics.values()],
    partition: (name, index) => topics.get(name)?.partitions[index],

    create(name, partitionCount, config) {
      const row = { id: randomUUID(), startOffsets: new Array<number>(partitionCount).fill(0), config };
      table.applyDurably([[name, row]]);
      return put(name, row, openPartitions(row, 0));
    },

    addPartitions(topic, partitionCount) {
      const row = rowOf(topic);
      const had = topic.partitions.length;
      const startOffsets = [...row.startOffsets, ...new Array<number>(partitionCount - had).fill(0)];
      const grown = { ...row, startOffsets };
      table.applyDurably([[topic.name, grown]]);
      put(topic.name, grown, [...topic.partitions, ...openPartitions(grown, had)]);
    },

    deleteRecordsBefore(topic, index, offset) {
      const row = rowOf(topic);
      const trimmed = { ...row, startOffsets: row.startOffsets.with(index, offset) };
      table.applyDurably([[topic.name, trimmed]]);
      put(topic.name, trimmed, [...topic.partitions]);
      topic.partitions[index]?.deleteBefore(offset);
    },

    delete(topic) {
      const row = rowOf(topic);
      table.applyDurably([[topic.name, undefined]]);
      topics.delete(topic.name);
      for (const partition of topic.partitions) partition.close();
      rmSync(folderOf(row), { recursive: true });
    },

    enforceRetention: (nowMs) => allLogs().forEach((each) => each.enforceRetention(nowMs)),

    async sync() {
      await table.sync();
      for (const each of allLogs()) await each.sync();
    },

    close() {
      allLogs().forEach((each) => each.close());
      table.close();
    },
  };
}
