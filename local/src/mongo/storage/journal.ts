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
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { CommandError } from "../errors";
import { encodeRecord, type JournalRecord, readRecords } from "./journal-records";

/** A journal with fewer bytes of overtaken records is left as it is. */
const minGarbageBytes = 8 * 1024 * 1024;

/** So much is written of a new file before others have their turn. */
const sliceBytes = 512 * 1024;

/** A rewrite that is under way. */
interface Rewriting {
  readonly appended: Buffer[];
  /** The file was closed or removed meanwhile. */
  isAbandoned: boolean;
}

/** One collection's file: every change appended, the whole rewritten when most of it is overtaken. */
export interface Journal {
  /** Writes a record. When it returns, a kill of this process loses nothing; a power cut may, until the next sync. */
  append(record: JournalRecord): void;
  /**
   * Begins to rewrite the file as `live` if most of it is overtaken. The old file stays whole until the new one is on disk.
   * @param liveBytes what `live` takes on disk, about
   * @param live what there is now: later changes must not show in it
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
  let underWay: Rewriting | undefined;

  function write(bytes: Buffer): void {
    try {
      writeAll(file, bytes);
    } catch (error) {
      // Half a record must not stand before the next one.
      ftruncateSync(file, sizeBytes);
      const code = (error as NodeJS.ErrnoException).code ?? "unknown";
      throw new CommandError(14031, "OutOfDiskSpace", `The change could not be written to disk: ${code}`);
    }
    sizeBytes += bytes.length;
    unsynced = true;
    underWay?.appended.push(bytes);
  }

  /**
   * Writes the live records into a new file beside the old one, a slice at a time, so that clients are answered meanwhile.
   * Whatever is appended until it is done goes into both files.
   */
  async function rewrite(records: Iterable<JournalRecord>, rewriting: Rewriting): Promise<void> {
    const replacement = await open(`${path}.new`, "w");
    try {
      let replacementBytes = 0;
      for (const slice of slicesOf(records)) {
        if (rewriting.isAbandoned) return;
        await replacement.writeFile(slice);
        replacementBytes += slice.length;
      }
      await replacement.sync();
      if (rewriting.isAbandoned) return;
      // From here on nothing comes in between: what was appended meanwhile is little.
      const appended = Buffer.concat(rewriting.appended);
      writeAll(replacement.fd, appended);
      fdatasyncSync(replacement.fd);
      const next = openSync(`${path}.new`, "a+");
      renameSync(`${path}.new`, path);
      closeSync(file);
      file = next;
      sizeBytes = replacementBytes + appended.length;
      syncDirectory(dirname(path));
    } finally {
      await replacement.close();
    }
  }

  function abandonRewrite(): void {
    if (underWay !== undefined) underWay.isAbandoned = true;
  }

  const journal: Journal = {
    append: (record) => write(encodeRecord(record)),
    compactIfWorthwhile(liveBytes, live) {
      if (underWay !== undefined) return;
      const garbageBytes = sizeBytes - liveBytes;
      if (garbageBytes <= minGarbageBytes || garbageBytes <= liveBytes || sizeBytes < compactAboveBytes) return;
      const rewriting: Rewriting = { appended: [], isAbandoned: false };
      underWay = rewriting;
      rewrite(live(), rewriting)
        .catch(() => {
          // No room for a second copy: the old file goes on, and the next try waits for it to grow.
          compactAboveBytes = sizeBytes + minGarbageBytes;
        })
        .finally(() => {
          underWay = undefined;
          rmSync(`${path}.new`, { force: true });
        });
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
      abandonRewrite();
      journal.syncNow();
      closeSync(file);
    },
    destroy() {
      abandonRewrite();
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

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}

function* slicesOf(records: Iterable<JournalRecord>): Generator<Buffer> {
  let slice: Buffer[] = [];
  let bytes = 0;
  for (const record of records) {
    const encoded = encodeRecord(record);
    slice.push(encoded);
    bytes += encoded.length;
    if (bytes < sliceBytes) continue;
    yield Buffer.concat(slice);
    slice = [];
    bytes = 0;
  }
  yield Buffer.concat(slice);
}
