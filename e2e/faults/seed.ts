import { randomInt } from "node:crypto";
import { report } from "./figures";

declare global {
  /** Given by `--globals '{"faultSeed":42}'` to make the same choices again. */
  var faultSeed: number | undefined;
}

/** Of a test's random choices; printed, so that a run that fails can be done again. */
export function takeSeed(what: string): number {
  const seed = globalThis.faultSeed ?? randomInt(2 ** 31);
  report(`${what}: seed ${seed}`);
  return seed;
}
