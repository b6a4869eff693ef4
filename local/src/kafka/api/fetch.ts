import { type PartitionLog } from "../log/partition-log";
import { errorCode } from "../protocol/error-codes";
import { array, int16, int32, int64, int8, nullableArray, nullableBytes, string, struct } from "../protocol/wire-types";
import { type TopicRegistry } from "../topics";
import { defineApi, noThrottleMs, type Api } from "./api";

/** What one answer may hold, whatever is asked for: answers are built in memory. */
const maxAnswerBytes = 16 * 1024 * 1024;

const request = struct({
  replicaId: int32,
  maxWaitMs: int32,
  minBytes: int32,
  maxBytes: int32,
  isolationLevel: int8,
  topics: array(
    struct({
      name: string,
      partitions: array(struct({ index: int32, fetchOffset: int64, logStartOffset: int64, maxBytes: int32 })),
    }),
  ),
});

const response = struct({
  throttleMs: int32,
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({
          index: int32,
          error: int16,
          highWatermark: int64,
          lastStableOffset: int64,
          logStartOffset: int64,
          abortedTransactions: nullableArray(struct({ producerId: int64, firstOffset: int64 })),
          records: nullableBytes,
        }),
      ),
    }),
  ),
});

interface Wanted {
  readonly name: string;
  readonly index: number;
  readonly fetchOffset: number;
  readonly maxBytes: number;
}

export function createFetchApi(deps: { topics: TopicRegistry }): Api {
  const { topics } = deps;

  const isOutOfRange = (log: PartitionLog, offset: number) => offset < log.startOffset() || offset > log.endOffset();

  /** Enough to answer: as many bytes as the client wants at least, or an error that it should know of at once. */
  function isReady(wanted: readonly Wanted[], minBytes: number): boolean {
    let availableBytes = 0;
    for (const { name, index, fetchOffset, maxBytes } of wanted) {
      const log = topics.partition(name, index);
      if (log === undefined || isOutOfRange(log, fetchOffset)) return true;
      availableBytes += Math.min(log.bytesFrom(fetchOffset), maxBytes);
    }
    return availableBytes >= minBytes;
  }

  /** Waits until there is enough, the client's patience ends or its connection closes. */
  async function waitUntilReady(wanted: readonly Wanted[], minBytes: number, maxWaitMs: number, closed: AbortSignal) {
    if (maxWaitMs <= 0 || isReady(wanted, minBytes)) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        if (isReady(wanted, minBytes)) finish();
      };
      const forget = wanted.map(({ name, index }) => topics.partition(name, index)?.onAppend(wake));
      const timer = setTimeout(finish, maxWaitMs);
      closed.addEventListener("abort", finish, { once: true });
      function finish(): void {
        clearTimeout(timer);
        closed.removeEventListener("abort", finish);
        for (const each of forget) each?.();
        resolve();
      }
    });
  }

  function readPartition({ name, index, fetchOffset, maxBytes }: Wanted, allowedBytes: number) {
    const log = topics.partition(name, index);
    const failed = { index, highWatermark: -1, lastStableOffset: -1, logStartOffset: -1, abortedTransactions: null };
    const noRecords = Buffer.alloc(0);
    if (log === undefined) return { ...failed, error: errorCode.UNKNOWN_TOPIC_OR_PARTITION, records: noRecords };
    if (isOutOfRange(log, fetchOffset)) return { ...failed, error: errorCode.OFFSET_OUT_OF_RANGE, records: noRecords };
    return {
      index,
      error: errorCode.NONE,
      highWatermark: log.endOffset(),
      lastStableOffset: log.endOffset(),
      logStartOffset: log.startOffset(),
      abortedTransactions: null,
      records: allowedBytes > 0 ? log.read(fetchOffset, Math.min(maxBytes, allowedBytes)) : noRecords,
    };
  }

  return defineApi({
    key: 1,
    name: "Fetch",
    versions: [5, 6],
    request,
    response,
    async handle({ maxWaitMs, minBytes, maxBytes, topics: asked }, { closed }) {
      const wanted = asked.flatMap(({ name, partitions }) => partitions.map((each) => ({ name, ...each })));
      await waitUntilReady(wanted, minBytes, maxWaitMs, closed);
      let allowedBytes = Math.min(maxBytes, maxAnswerBytes);
      const answered = asked.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((each) => {
          const read = readPartition({ name, ...each }, allowedBytes);
          allowedBytes -= read.records.length;
          return read;
        }),
      }));
      return { throttleMs: noThrottleMs, topics: answered };
    },
  });
}
