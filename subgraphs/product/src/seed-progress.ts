/** Where it is told: standard output, or what a test gives. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const barLength = 30;
const redrawAfterMs = 100;

/**
 * Tells how far a long work is: on a terminal a bar that is drawn again and again, elsewhere a line at every tenth.
 * @returns what is to be told how many are done: none when the work begins, all when it ends
 */
export function createProgress(total: number, output: ProgressOutput): (done: number) => void {
  let startedAtMs: number | undefined;
  let drawnAtMs = -Infinity;
  let tenthsTold = 0;

  return (done) => {
    const nowMs = performance.now();
    startedAtMs ??= nowMs;
    const rate = (done / Math.max(nowMs - startedAtMs, 1)) * 1_000;
    const figures = `${numberText(done)} of ${numberText(total)}, ${numberText(Math.round(rate))} a second`;
    if (output.isTTY === true) {
      if (done < total && nowMs - drawnAtMs < redrawAfterMs) return;
      drawnAtMs = nowMs;
      const filled = Math.floor((done / total) * barLength);
      const bar = `${"█".repeat(filled)}${"░".repeat(barLength - filled)}`;
      // The rest of the line is cleared: the line before it may have been longer.
      output.write(`\r${bar} ${figures}\u001b[K${done === total ? "\n" : ""}`);
      return;
    }
    const tenths = Math.floor((done / total) * 10);
    if (tenths === tenthsTold) return;
    tenthsTold = tenths;
    output.write(`${figures}\n`);
  };
}

function numberText(value: number): string {
  return value.toLocaleString("en");
}
