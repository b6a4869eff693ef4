import {
  closeSync,
  existsSync,
  fdatasync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { type Logger } from "@shop/telemetry";
import { z } from "zod";
import { crc32c } from "./log/crc32c";

/** A row to store, or with `value: undefined` to remove. */
export type RowChange<T> = readonly [key: string, value: T | undefined];

/** A small map that survives its process: every change is a line at the end of a file, replayed on opening. */
export interface DurableTable<T> {
  get(key: string): T | undefined;
  entries(): [key: string, value: T][];
  /** All changes in one write, in the page cache when this returns. */
  apply(changes: readonly RowChange<T>[]): void;
  /** As `apply`, and on the disk when this returns: for what must outlive a loss of power at once. */
  applyDurably(changes: readonly RowChange<T>[]): void;
  sync(): Promise<void>;
  close(): void;
}

/** The file is written anew when it has this many lines and most of them are outdated. */
const minLinesToCompact = 2000;
const outdatedFactor = 4;

/** The break stands in front, so that half a line that a full disk left behind does not spoil the next one. */
function toLine(key: string, value: unknown): string {
  const json = JSON.stringify(value === undefined ? { key } : { key, value });
  return `\n${crc32c(Buffer.from(json)).toString(16).padStart(8, "0")} ${json}`;
}

function parseLine<T>(line: string, valueSchema: z.ZodType<T>): RowChange<T> | undefined {
  const json = line.slice(9);
  if (parseInt(line.slice(0, 8), 16) !== crc32c(Buffer.from(json))) return undefined;
  const row = z.object({ key: z.string(), value: valueSchema.optional() }).safeParse(JSON.parse(json));
  return row.success ? [row.data.key, row.data.value] : undefined;
}

/**
 * Opens a table, making it if it is not there. A line that was torn by a crash, or cannot be read, is left out: it never
 * keeps the others from loading.
 * @param options.value what a row's value must look like
 */
export function openDurableTable<T>(path: string, options: { value: z.ZodType<T>; log: Logger }): DurableTable<T> {
  const rows = new Map<string, T>();
  let lineCount = 0;
  let isDirty = false;

  function keep([key, value]: RowChange<T>): void {
    if (value === undefined) rows.delete(key);
    else rows.set(key, value);
  }

  function load(): void {
    if (!existsSync(path)) return;
    const lines = readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    const changes = lines.map((line) => parseLine(line, options.value));
    for (const change of changes) if (change !== undefined) keep(change);
    const unreadable = changes.filter((change) => change === undefined).length;
    if (unreadable > 0) options.log.warn({ path, unreadable }, "left out lines that a crash had torn");
  }

  /** Replaces the file by one with the current rows alone, in one step. */
  function compact(): number {
    const lines = [...rows].map(([key, value]) => toLine(key, value));
    writeFileSync(`${path}.new`, lines.join(""), { flush: true });
    renameSync(`${path}.new`, path);
    syncFolder(dirname(path));
    lineCount = lines.length;
    return openSync(path, "a");
  }

  load();
  let fd = compact();

  function apply(changes: readonly RowChange<T>[]): void {
    const bytes = Buffer.from(changes.map(([key, value]) => toLine(key, value)).join(""));
    let written = 0;
    while (written < bytes.length) written += writeSync(fd, bytes, written);
    changes.forEach(keep);
    lineCount += changes.length;
    isDirty = true;
    if (lineCount > Math.max(minLinesToCompact, rows.size * outdatedFactor)) {
      const outdated = fd;
      fd = compact();
      closeSync(outdated);
    }
  }

  return {
    get: (key) => rows.get(key),
    entries: () => [...rows],
    apply,
    applyDurably(changes) {
      apply(changes);
      fsyncSync(fd);
    },
    async sync() {
      if (!isDirty) return;
      isDirty = false;
      await promisify(fdatasync)(fd);
    },
    close() {
      fsyncSync(fd);
      closeSync(fd);
    },
  };
}

/** A rename lasts through a loss of power only once its folder is synced. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, "r");
  fsyncSync(fd);
  closeSync(fd);
}
