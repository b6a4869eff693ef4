import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { CommandError } from "../errors";
import { encodeRecord, type JournalRecord, readRecords } from "./journal-records";

/** A journal with fewer bytes of overtaken records is left as it is. */
const minGarbageBytes = 8 * 1024 * 1024;

/** One collection's file: every change appended, the whole rewritten when most of it is overtaken. */
export interface Journal {
  /** Writes a record. When it returns, a kill of this process loses nothing; a power cut may, until the next sync. */
  append(record: JournalRecord): void;
  /**
   * Rewrites the file as `live` if most of it is overtaken. The old file stays whole until the new one is on disk.
   * @param liveBytes what `live` takes on disk, about
   */
  compactIfWorthwhile(liveBytes: number, live: () => Iterable<JournalRecord>): void;
  /** Resolves when all appended so far would survive a power cut. */
  sync(): Promise<void>;
  syncNow(): void;
  close(): void;
  /** Closes and removes the file. */
  destroy(): void;
}

/**
 * Opens or makes the journal at `path`, cutting off what a crash left half-written at its end.
 * @param onRecord is given each record that is there, in the order written
 * @returns the journal and how many bytes were cut off
 */
export function openJournal(path: string, onRecord: (record: JournalRecord) => void) {
  // A rewrite that a crash interrupted; the old file is whole.
  rmSync(`${path}.new`, { force: true });
  let file = openSync(path, "a+");
  const { endBytes, totalBytes } = readRecords(file, onRecord);
  if (endBytes < totalBytes) ftruncateSync(file, endBytes);
  let sizeBytes = endBytes;
  let unsynced = false;
  let compactAboveBytes = 0;

  function write(bytes: Buffer): void {
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    } catch (error) {
      // Half a record must not stand before the next one.
      ftruncateSync(file, sizeBytes);
      const code = (error as NodeJS.ErrnoException).code ?? "unknown";
      throw new CommandError(14031, "OutOfDiskSpace", `The change could not be written to disk: ${code}`);
    }
    sizeBytes += bytes.length;
    unsynced = true;
  }

  function rewrite(records: Iterable<JournalRecord>): void {
    const replacement = openSync(`${path}.new`, "w");
    let replacementBytes = 0;
    try {
      for (const record of records) {
        const bytes = encodeRecord(record);
        for (let written = 0; written < bytes.length;) written += writeSync(replacement, bytes, written);
        replacementBytes += bytes.length;
      }
      fsyncSync(replacement);
    } finally {
      closeSync(replacement);
    }
    renameSync(`${path}.new`, path);
    syncDirectory(dirname(path));
    closeSync(file);
    file = openSync(path, "a+");
    sizeBytes = replacementBytes;
  }

  const journal: Journal = {
    append: (record) => write(encodeRecord(record)),
    compactIfWorthwhile(liveBytes, live) {
      const garbageBytes = sizeBytes - liveBytes;
      if (garbageBytes <= minGarbageBytes || garbageBytes <= liveBytes || sizeBytes < compactAboveBytes) return;
      try {
        rewrite(live());
      } catch {
        // No room for a second copy: the old file goes on, and the next try waits for it to grow.
        rmSync(`${path}.new`, { force: true });
        compactAboveBytes = sizeBytes + minGarbageBytes;
      }
    },
    async sync() {
      if (!unsynced) return;
      unsynced = false;
      await new Promise<void>((resolve) => {
        // The file may have been closed or replaced meanwhile; both sync it themselves.
        fdatasync(file, () => resolve());
      });
    },
    syncNow() {
      fdatasyncSync(file);
      unsynced = false;
    },
    close() {
      journal.syncNow();
      closeSync(file);
    },
    destroy() {
      closeSync(file);
      rmSync(path, { force: true });
      syncDirectory(dirname(path));
    },
  };
  return { journal, droppedBytes: totalBytes - endBytes };
}

/** Makes a rename or removal in a directory survive a power cut. */
function syncDirectory(path: string): void {
  // Windows cannot open a directory, and needs no such sync.
  if (process.platform === "win32") return;
  const directory = openSync(path, "r");
  fsyncSync(directory);
  closeSync(directory);
}
