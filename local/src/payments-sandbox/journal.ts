import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Lines of JSON that are only ever added to. A line is with the operating system before `append` returns. */
export interface Journal<Entry> {
  append(entry: Entry): void;
  /** Syncs to disk; nothing may be appended after. */
  close(): void;
}

/**
 * Opens a journal, giving each entry that stands in it to `replay`. A last line that was cut short by a kill is dropped:
 * nobody had its answer.
 */
export function openJournal<Entry>(file: string, replay: (entry: Entry) => void): Journal<Entry> {
  mkdirSync(dirname(file), { recursive: true });
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  for (const line of whole.split("\n")) {
    if (line !== "") replay(JSON.parse(line) as Entry);
  }
  const descriptor = openSync(file, "a");
  if (whole.length < text.length) ftruncateSync(descriptor, Buffer.byteLength(whole));
  return {
    append: (entry) => {
      writeSync(descriptor, `${JSON.stringify(entry)}\n`);
    },
    close: () => {
      fsyncSync(descriptor);
      closeSync(descriptor);
    },
  };
}
