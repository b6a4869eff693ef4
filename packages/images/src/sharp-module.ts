import { createRequire } from "node:module";
import { type Logger } from "@shop/telemetry";
import type sharp from "sharp";

export type SharpModule = typeof sharp;

/**
 * Loads sharp, whose binary is an optional package for each platform.
 * @returns null where there is none for this one, or it was not installed
 */
export function loadSharp(log: Logger): SharpModule | null {
  try {
    const loaded = createRequire(__filename)("sharp") as SharpModule;
    loaded.cache(false); // no picture comes twice
    loaded.concurrency(1); // as many at once as their turns let run, each on one thread
    return loaded;
  } catch (error) {
    log.warn({ err: error }, "sharp cannot be loaded here: images are kept as they were uploaded, and avatars refused");
    return null;
  }
}
