import { readSync } from "node:fs";
import { batchHeaderBytes, batchSizeAt, maxBatchBytes, readBatchHeader, type BatchHeader } from "./record-batch";

/** Larger than any batch, so that a batch that begins in a chunk can always be brought in whole. */
const chunkBytes = 2 * maxBatchBytes;

export interface WalkedBatch {
  readonly header: BatchHeader;
  /** Where the batch begins in the file. */
  readonly position: number;
  /** A view of the file in which the batch begins at `start`; valid until the next step of the walk. */
  readonly chunk: Buffer;
  readonly start: number;
}

/** Reads up to `size` bytes of a file; fewer only where the file ends. */
export function readBytes(fd: number, position: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(fd, bytes, filled, size - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/**
 * Goes through the batches of a file in order, and ends at the first place where no whole batch can stand.
 * @param fileBytes where the file ends
 */
export function* walkBatches(fd: number, fileBytes: number): Generator<WalkedBatch> {
  let position = 0;
  while (position + batchHeaderBytes <= fileBytes) {
    const chunk = readBytes(fd, position, Math.min(chunkBytes, fileBytes - position));
    let start = 0;
    for (;;) {
      const sizeBytes = batchSizeAt(chunk, start);
      if (sizeBytes === undefined || start + sizeBytes > chunk.length) break;
      yield { header: readBatchHeader(chunk, start), position: position + start, chunk, start };
      start += sizeBytes;
    }
    if (start === 0) return;
    position += start;
  }
}
