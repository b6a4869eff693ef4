declare global {
  /** Set by full.config.mjs. */
  var faultFigures: "full" | undefined;
}

/** How many of something: a few in `npm test`, all of them in `npm run test:faults`. */
export function figure({ short, full }: { short: number; full: number }): number {
  return globalThis.faultFigures === "full" ? full : short;
}

/** Prints what was measured, for whoever reads the run: no test fails by it. */
export function report(measured: string): void {
  process.stdout.write(`  ${measured}\n`);
}
