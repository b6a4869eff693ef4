import { type Logger } from "@shop/telemetry";
import { errorCode, errorName, type ErrorCode } from "../protocol/error-codes";
import { array, int16, int32, int64, nullableBytes, nullableString, string, struct } from "../protocol/wire-types";
import { type TopicRegistry } from "../topics";
import { defineApi, noThrottleMs, type Api } from "./api";

const request = struct({
  transactionalId: nullableString,
  acks: int16,
  timeoutMs: int32,
  topics: array(struct({ name: string, partitions: array(struct({ index: int32, records: nullableBytes })) })),
});

const response = struct({
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({ index: int32, error: int16, baseOffset: int64, logAppendTimeMs: int64, logStartOffset: int64 }),
      ),
    }),
  ),
  throttleMs: int32,
});

/** -1: every replica, 1: the leader, 0: nobody, and there is no answer. One node is all replicas. */
const takenAcks = new Set([-1, 0, 1]);

export function createProduceApi(deps: { topics: TopicRegistry; log: Logger }): Api {
  const { topics, log } = deps;

  function append(name: string, index: number, records: Buffer | null, clientId: string) {
    const partition = topics.partition(name, index);
    if (partition === undefined) return refused(index, errorCode.UNKNOWN_TOPIC_OR_PARTITION);
    const outcome = partition.append(records ?? Buffer.alloc(0));
    if (!outcome.ok) {
      log.warn({ clientId, topic: name, partition: index, error: errorName(outcome.error) }, "refused a batch");
      return refused(index, outcome.error);
    }
    const { baseOffset } = outcome;
    return { index, error: errorCode.NONE, baseOffset, logAppendTimeMs: -1, logStartOffset: partition.startOffset() };
  }

  function refused(index: number, error: ErrorCode) {
    return { index, error, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 };
  }

  return defineApi({
    key: 0,
    name: "Produce",
    versions: [5, 7],
    request,
    response,
    handle({ transactionalId, acks, topics: produced }, { clientId }) {
      const problem = !takenAcks.has(acks)
        ? errorCode.INVALID_REQUIRED_ACKS
        : transactionalId !== null
          ? errorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
          : errorCode.NONE;
      const answered = produced.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ index, records }) =>
          problem === errorCode.NONE ? append(name, index, records, clientId) : refused(index, problem),
        ),
      }));
      return acks === 0 ? undefined : { topics: answered, throttleMs: noThrottleMs };
    },
  });
}
