/** The prefix of each request: its size in bytes, not counting the prefix. */
const sizeBytes = 4;

export type SplitOutcome = { ok: true; frames: Buffer[] } | { ok: false; reason: string };

export interface FrameSplitter {
  /** Takes what arrived and gives the requests that are complete with it, without their size prefix. */
  push(chunk: Buffer): SplitOutcome;
  /** Whether a request has begun that has not ended. */
  isMidFrame(): boolean;
}

/**
 * Cuts a stream of bytes into requests. Memory is taken only for bytes that have arrived, whatever size a request claims.
 * @param maxFrameBytes a request that claims more is refused before its body is read
 */
export function createFrameSplitter(maxFrameBytes: number): FrameSplitter {
  let chunks: Buffer[] = [];
  let bufferedBytes = 0;

  function keep(rest: Buffer): void {
    chunks = rest.length === 0 ? [] : [rest];
    bufferedBytes = rest.length;
  }

  /** The size that the frame at the front claims, or undefined until its prefix is complete. */
  function claimedSize(): number | undefined {
    if (bufferedBytes < sizeBytes) return undefined;
    if ((chunks[0]?.length ?? 0) < sizeBytes) chunks = [Buffer.concat(chunks)];
    return chunks[0]?.readInt32BE(0);
  }

  return {
    push(chunk) {
      chunks.push(chunk);
      bufferedBytes += chunk.length;
      const frames: Buffer[] = [];
      for (;;) {
        const size = claimedSize();
        if (size === undefined) break;
        if (size < 0 || size > maxFrameBytes) {
          return { ok: false, reason: `a request claims ${size} bytes; at most ${maxFrameBytes} are taken` };
        }
        if (bufferedBytes < sizeBytes + size) break;
        const whole = Buffer.concat(chunks);
        frames.push(whole.subarray(sizeBytes, sizeBytes + size));
        keep(whole.subarray(sizeBytes + size));
      }
      return { ok: true, frames };
    },
    isMidFrame: () => bufferedBytes > 0,
  };
}
