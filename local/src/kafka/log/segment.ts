import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { readBytes, walkBatches } from "./batch-walk";
import { batchHeaderBytes, batchSizeAt, hasValidChecksum, lastOffsetAt, type BatchHeader } from "./record-batch";

/** How far apart the places in a file are whose offsets are held in memory; in between it is read through. */
const indexIntervalBytes = 4096;
const fileSuffix = ".log";

/** One file of a partition's log: whole batches, the offsets of which begin at the number that is the file's name. */
export interface Segment {
  readonly baseOffset: number;
  /** The offset after the last record; the base offset while it is empty. */
  nextOffset(): number;
  sizeBytes(): number;
  /** The latest time that a record in it bears, or -1 while it is empty. */
  maxTimestampMs(): number;
  /** Writes a batch that is placed; it is in the page cache when this returns. @throws if the file system refuses */
  append(batch: Buffer, header: BatchHeader): void;
  /** Whole batches from the one that holds `offset` on: as many as `maxBytes` allows, and one even if it does not. */
  read(offset: number, maxBytes: number): Buffer;
  /** About how many bytes stand from `offset` on, without reading the file. */
  bytesFrom(offset: number): number;
  headers(): Generator<BatchHeader>;
  sync(): Promise<void>;
  syncNow(): void;
  close(): void;
  remove(): void;
}

export interface OpenedSegment {
  readonly segment: Segment;
  /** Bytes at the end that were no whole batch and were cut off. */
  readonly tornBytes: number;
}

export function segmentFileName(baseOffset: number): string {
  return `${String(baseOffset).padStart(20, "0")}${fileSuffix}`;
}

/** The base offset in a segment's file name, or undefined for any other file. */
export function parseSegmentFileName(name: string): number | undefined {
  return /^\d{20}\.log$/.test(name) ? Number(name.slice(0, -fileSuffix.length)) : undefined;
}

/**
 * Opens a segment, or makes an empty one. Whatever follows its last whole batch is cut off.
 * @param options.verifyChecksums also cuts off at a batch whose checksum is wrong: needed where a write may have been interrupted
 * @param options.onBatch is given the header of every batch found, in order
 */
export function openSegment(
  folder: string,
  baseOffset: number,
  options: { verifyChecksums: boolean; onBatch: (header: BatchHeader) => void },
): OpenedSegment {
  const path = join(folder, segmentFileName(baseOffset));
  const fd = openSync(path, "a+");
  const indexOffsets: number[] = [];
  const indexPositions: number[] = [];
  let sizeBytes = 0;
  let nextOffset = baseOffset;
  let maxTimestampMs = -1;

  function note(header: BatchHeader): void {
    const lastIndexed = indexPositions.at(-1);
    if (lastIndexed === undefined || sizeBytes - lastIndexed >= indexIntervalBytes) {
      indexOffsets.push(header.baseOffset);
      indexPositions.push(sizeBytes);
    }
    sizeBytes += header.sizeBytes;
    nextOffset = header.lastOffset + 1;
    maxTimestampMs = Math.max(maxTimestampMs, header.maxTimestampMs);
  }

  /** A place at or before the batch that holds `offset`, less than the index interval away from it. */
  function indexedPosition(offset: number): number {
    let low = 0;
    let high = indexOffsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((indexOffsets[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return indexPositions[low - 1] ?? 0;
  }

  const fileBytes = fstatSync(fd).size;
  for (const { header, chunk, start } of walkBatches(fd, fileBytes)) {
    if (header.baseOffset < nextOffset) break;
    if (options.verifyChecksums && !hasValidChecksum(chunk, start, header.sizeBytes)) break;
    note(header);
    options.onBatch(header);
  }
  const tornBytes = fileBytes - sizeBytes;
  if (tornBytes > 0) ftruncateSync(fd, sizeBytes);

  const segment: Segment = {
    baseOffset,
    nextOffset: () => nextOffset,
    sizeBytes: () => sizeBytes,
    maxTimestampMs: () => maxTimestampMs,

    append(batch, header) {
      try {
        let written = 0;
        while (written < batch.length) written += writeSync(fd, batch, written);
      } catch (error) {
        // Half a batch must not stay in front of the next one.
        ftruncateSync(fd, sizeBytes);
        throw error;
      }
      note(header);
    },

    read(offset, maxBytes) {
      const position = indexedPosition(offset);
      const wanted = Math.max(maxBytes, batchHeaderBytes) + indexIntervalBytes;
      const chunk = readBytes(fd, position, Math.min(wanted, sizeBytes - position));
      let start = 0;
      let firstBytes = batchSizeAt(chunk, start);
      while (firstBytes !== undefined && lastOffsetAt(chunk, start) < offset) {
        start += firstBytes;
        firstBytes = batchSizeAt(chunk, start);
      }
      if (firstBytes === undefined) return Buffer.alloc(0);
      if (start + firstBytes > chunk.length) return readBytes(fd, position + start, firstBytes);
      let end = start + firstBytes;
      for (;;) {
        const nextBytes = batchSizeAt(chunk, end);
        if (nextBytes === undefined || end + nextBytes > Math.min(chunk.length, start + maxBytes)) break;
        end += nextBytes;
      }
      return chunk.subarray(start, end);
    },

    bytesFrom: (offset) => (offset >= nextOffset ? 0 : sizeBytes - indexedPosition(offset)),
    *headers() {
      for (const { header } of walkBatches(fd, sizeBytes)) yield header;
    },
    sync: () => promisify(fdatasync)(fd),
    syncNow: () => fdatasyncSync(fd),
    close: () => closeSync(fd),
    remove() {
      closeSync(fd);
      unlinkSync(path);
    },
  };
  return { segment, tornBytes };
}
