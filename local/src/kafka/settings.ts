/** How the broker behaves where Kafka has a setting for it. The defaults are Kafka's, except where a comment says why not. */
export interface BrokerSettings {
  /** Partitions of a topic that is made on first use, or without a number of its own. Kafka: 1, too few to show consumers sharing work. */
  readonly partitions: number;
  /** How long records are kept in a topic that does not say so itself; -1 for ever. */
  readonly retentionMs: number;
  /** Bytes that are kept per partition in a topic that does not say so itself; -1 all. Kafka: all, too much for a developer's disk. */
  readonly retentionBytes: number;
  /** Size of a log's files, which retention drops as a whole. Kafka: 1 GiB. */
  readonly segmentBytes: number;
  readonly retentionCheckIntervalMs: number;
  /** How often what was written is forced to disk: what a loss of power may take. Kafka leaves it to the operating system. */
  readonly syncIntervalMs: number;
  /** The shortest session timeout that a group member may ask for. */
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** How long the first member of an empty group waits for others. Kafka: 3 s, too long for a start in seconds. */
  readonly initialRebalanceDelayMs: number;
}

const mebibyte = 1024 * 1024;

export const defaultSettings: BrokerSettings = {
  partitions: 3,
  retentionMs: 7 * 24 * 60 * 60 * 1000,
  retentionBytes: 64 * mebibyte,
  segmentBytes: 16 * mebibyte,
  retentionCheckIntervalMs: 60_000,
  syncIntervalMs: 1000,
  minSessionTimeoutMs: 6000,
  maxSessionTimeoutMs: 30 * 60 * 1000,
  initialRebalanceDelayMs: 100,
};
