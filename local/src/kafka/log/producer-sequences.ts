import { errorCode, type ErrorCode } from "../protocol/error-codes";
import { addToSequence, type BatchHeader } from "./record-batch";

/** As many batches as an idempotent producer may have in flight, which is as far back as a retry can reach. */
const rememberedBatches = 5;

type RememberedBatch = Pick<BatchHeader, "baseOffset" | "lastOffset" | "firstSequence" | "lastSequence">;

interface ProducerState {
  readonly epoch: number;
  readonly lastSequence: number;
  readonly recent: readonly RememberedBatch[];
}

export type SequenceVerdict =
  { kind: "next" } | { kind: "duplicate"; baseOffset: number } | { kind: "refused"; error: ErrorCode };

export interface ProducerSequences {
  /** Whether a batch is the next of its producer, one that is already in the log, or out of order. */
  judge(batch: BatchHeader): SequenceVerdict;
  /** Takes note of a batch that is in the log at `batch.baseOffset`. */
  note(batch: BatchHeader): void;
  /** Forgets producers of which nothing is left in the log, as a load from what is left would. */
  forgetBefore(startOffset: number): void;
}

/** What one partition knows of its idempotent producers. It is kept nowhere: the batches in the log carry it. */
export function createProducerSequences(): ProducerSequences {
  const states = new Map<number, ProducerState>();

  return {
    judge(batch) {
      const state = batch.producerId === -1 ? undefined : states.get(batch.producerId);
      // Of a producer that is not known, because its batches have expired, any sequence is taken: so does Kafka.
      if (state === undefined) return { kind: "next" };
      if (batch.producerEpoch < state.epoch) return { kind: "refused", error: errorCode.INVALID_PRODUCER_EPOCH };
      if (batch.producerEpoch === state.epoch) {
        const seen = state.recent.find(
          (each) => each.firstSequence === batch.firstSequence && each.lastSequence === batch.lastSequence,
        );
        if (seen !== undefined) return { kind: "duplicate", baseOffset: seen.baseOffset };
      }
      const expected = batch.producerEpoch === state.epoch ? addToSequence(state.lastSequence, 1) : 0;
      return batch.firstSequence === expected
        ? { kind: "next" }
        : { kind: "refused", error: errorCode.OUT_OF_ORDER_SEQUENCE_NUMBER };
    },

    note(batch) {
      if (batch.producerId === -1) return;
      const before = states.get(batch.producerId);
      const recent = before?.epoch === batch.producerEpoch ? before.recent : [];
      const { baseOffset, lastOffset, firstSequence, lastSequence } = batch;
      states.set(batch.producerId, {
        epoch: batch.producerEpoch,
        lastSequence,
        recent: [...recent, { baseOffset, lastOffset, firstSequence, lastSequence }].slice(-rememberedBatches),
      });
    },

    forgetBefore(startOffset) {
      for (const [producerId, { recent }] of states) {
        if ((recent.at(-1)?.lastOffset ?? -1) < startOffset) states.delete(producerId);
      }
    },
  };
}
