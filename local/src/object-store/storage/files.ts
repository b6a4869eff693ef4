import { renameSync, writeFileSync } from "node:fs";

/** Replaces a file in one step: a reader, or a crash, finds the old text or the new. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { flush: true });
  renameSync(`${path}.new`, path);
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
