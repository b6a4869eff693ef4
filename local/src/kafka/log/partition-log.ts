import { mkdirSync, readdirSync } from "node:fs";
import { type Logger } from "@shop/telemetry";
import { errorCode, type ErrorCode } from "../protocol/error-codes";
import { createProducerSequences } from "./producer-sequences";
import { checkProducedBatch, placeBatch, readBatchHeader, type BatchHeader } from "./record-batch";
import { openSegment, parseSegmentFileName, type Segment } from "./segment";

export interface LogLimits {
  /** A file is ended when the next batch would make it larger. */
  readonly segmentBytes: number;
  /** Whole files at the front are dropped while what remains is at least this; -1 keeps all. */
  readonly retentionBytes: number;
  /** Whole files are dropped when their newest record is older; -1 keeps all. */
  readonly retentionMs: number;
}

/** `baseOffset` is where the batch stands in the log: where it stood already, for one that is a repetition. */
export type AppendOutcome = { ok: true; baseOffset: number } | { ok: false; error: ErrorCode };

/** The append-only log of one partition, in files. Records are never held in memory; the page cache serves the tail. */
export interface PartitionLog {
  startOffset(): number;
  /** The offset that the next record will get. */
  endOffset(): number;
  /** Takes what a producer sent. An accepted batch has been handed to the operating system when this returns. */
  append(records: Buffer): AppendOutcome;
  /** Whole batches from the one that holds `offset` on, at least one if there is any, else up to `maxBytes`. */
  read(offset: number, maxBytes: number): Buffer;
  /** About how many bytes a read from `offset` on could give. */
  bytesFrom(offset: number): number;
  /** The first batch with a record as new as `timestampMs`: its base offset and newest time. */
  findByTime(timestampMs: number): { offset: number; timestampMs: number } | undefined;
  /** Calls back after each batch that is added. @returns ends it */
  onAppend(listener: () => void): () => void;
  /** Makes `offset` the first that can be read, if it is not past already, and drops the files in front of it. */
  deleteBefore(offset: number): void;
  /** Drops what the limits no longer keep. */
  enforceRetention(nowMs: number): void;
  sync(): Promise<void>;
  close(): void;
}

/**
 * Opens the log in a folder, making it if it is not there. What an interrupted write left at its end is cut off.
 * @param options.startOffset nothing before it can be read, even if a file still holds it
 */
export function openPartitionLog(
  folder: string,
  options: { limits: LogLimits; startOffset: number; log: Logger },
): PartitionLog {
  const { limits, log } = options;
  const sequences = createProducerSequences();
  const listeners = new Set<() => void>();
  let startOffset = options.startOffset;
  let isDirty = false;
  const noteBatch = (header: BatchHeader) => sequences.note(header);

  function load(): { closed: Segment[]; active: Segment } {
    mkdirSync(folder, { recursive: true });
    const found = readdirSync(folder)
      .map(parseSegmentFileName)
      .filter((each) => each !== undefined);
    const baseOffsets = found.length === 0 ? [startOffset] : found.sort((a, b) => a - b);
    const segments = baseOffsets.map((baseOffset, index) => {
      // Only the last file was being written when a process or machine died: the others were synced when they ended.
      const verifyChecksums = index === baseOffsets.length - 1;
      const { segment, tornBytes } = openSegment(folder, baseOffset, { verifyChecksums, onBatch: noteBatch });
      if (tornBytes > 0) log.warn({ folder, baseOffset, tornBytes }, "cut an unfinished write off the end of a log");
      return segment;
    });
    const active = segments.pop();
    if (active === undefined) throw new Error("a log has at least one file");
    return { closed: segments, active };
  }

  const loaded = load();
  const closed = loaded.closed;
  let active = loaded.active;
  startOffset = Math.max(startOffset, (closed[0] ?? active).baseOffset);

  function endOffset(): number {
    return Math.max(active.nextOffset(), startOffset);
  }

  function startNewSegment(): void {
    active.syncNow();
    const { segment } = openSegment(folder, endOffset(), { verifyChecksums: false, onBatch: noteBatch });
    closed.push(active);
    active = segment;
  }

  function dropFirstSegment(): void {
    closed.shift()?.remove();
    startOffset = Math.max(startOffset, (closed[0] ?? active).baseOffset);
    sequences.forgetBefore(startOffset);
  }

  function enforceRetention(nowMs: number): void {
    // Records without a time, like an empty file, bear -1: they do not expire.
    const isExpired = (segment: Segment) =>
      limits.retentionMs >= 0 && segment.maxTimestampMs() >= 0 && segment.maxTimestampMs() < nowMs - limits.retentionMs;
    if (isExpired(active)) startNewSegment();
    let totalBytes = closed.reduce((sum, segment) => sum + segment.sizeBytes(), active.sizeBytes());
    for (let first = closed[0]; first !== undefined; first = closed[0]) {
      const remainingBytes = totalBytes - first.sizeBytes();
      const isTooMuch = limits.retentionBytes >= 0 && remainingBytes >= limits.retentionBytes;
      if (!isTooMuch && !isExpired(first)) return;
      dropFirstSegment();
      totalBytes = remainingBytes;
    }
  }

  function write(batch: Buffer, header: BatchHeader): AppendOutcome {
    try {
      if (active.sizeBytes() > 0 && active.sizeBytes() + batch.length > limits.segmentBytes) {
        startNewSegment();
        enforceRetention(Date.now());
      }
      active.append(batch, header);
    } catch (error) {
      log.error({ folder, err: error }, "a log could not be written");
      return { ok: false, error: errorCode.KAFKA_STORAGE_ERROR };
    }
    isDirty = true;
    sequences.note(header);
    for (const listener of [...listeners]) listener();
    return { ok: true, baseOffset: header.baseOffset };
  }

  const segmentsFrom = (offset: number) => [...closed, active].filter((segment) => segment.nextOffset() > offset);

  return {
    startOffset: () => startOffset,
    endOffset,

    append(records) {
      const error = checkProducedBatch(records);
      if (error !== errorCode.NONE) return { ok: false, error };
      const verdict = sequences.judge(readBatchHeader(records, 0));
      if (verdict.kind === "refused") return { ok: false, error: verdict.error };
      if (verdict.kind === "duplicate") return { ok: true, baseOffset: verdict.baseOffset };
      placeBatch(records, endOffset());
      return write(records, readBatchHeader(records, 0));
    },

    read: (offset, maxBytes) => segmentsFrom(offset)[0]?.read(offset, maxBytes) ?? Buffer.alloc(0),
    bytesFrom: (offset) => segmentsFrom(offset).reduce((sum, segment) => sum + segment.bytesFrom(offset), 0),

    findByTime(timestampMs) {
      for (const segment of segmentsFrom(startOffset)) {
        if (segment.maxTimestampMs() < timestampMs) continue;
        for (const header of segment.headers()) {
          if (header.maxTimestampMs < timestampMs || header.lastOffset < startOffset) continue;
          return { offset: Math.max(header.baseOffset, startOffset), timestampMs: header.maxTimestampMs };
        }
      }
      return undefined;
    },

    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    deleteBefore(offset) {
      startOffset = Math.max(startOffset, offset);
      while (closed[0] !== undefined && closed[0].nextOffset() <= startOffset) dropFirstSegment();
      sequences.forgetBefore(startOffset);
    },

    enforceRetention,

    async sync() {
      if (!isDirty) return;
      isDirty = false;
      await active.sync();
    },

    close() {
      active.syncNow();
      for (const segment of [...closed, active]) segment.close();
    },
  };
}
