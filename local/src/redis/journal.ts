import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { type Logger } from "@shop/telemetry";
import { type Bytes, encodeCommand } from "./reply";
import { createRequestParser, ProtocolError, type RequestParser } from "./request-parser";

type Effects = readonly (readonly Bytes[])[];

/** What is read and written at a time. */
const blockBytes = 1024 * 1024;
/** Below this size rewriting is not worth the while. */
const minCompactBytes = 4 * 1024 * 1024;

export interface Journal {
  /** Takes effects that belong together; they reach the file with the next `flush`. */
  append(effects: Effects): void;
  /** Writes what was taken, so that a killed process has not lost it. To be called before it is acknowledged. */
  flush(): void;
  /** Replaces the log by one that makes the present state. */
  compact(): void;
  /** Flushes, and waits until the disk has it all. */
  close(): void;
}

/**
 * The append-only file: commands as a client would send them, those that belong together between MULTI and EXEC.
 * @param replay carries out a command that was read back
 * @param snapshot commands that make the present state
 * @throws when the file cannot be read or written
 */
export function openJournal({
  path,
  replay,
  snapshot,
  log,
}: {
  path: string;
  replay: (command: readonly Bytes[]) => void;
  snapshot: () => Iterable<readonly Bytes[]>;
  log: Logger;
}): Journal {
  const temporaryPath = `${path}.new`;
  rmSync(temporaryPath, { force: true });
  let file = openSync(path, existsSync(path) ? "r+" : "w+");
  let size = load(file, { path, replay, log });
  let compactAtBytes = Math.max(minCompactBytes, size * 2);
  let pending: Bytes[] = [];

  /** @throws when the disk takes no more: memory is ahead of the log then, and the process must not go on */
  function flush(): void {
    if (pending.length > 0) {
      size = writeAt(file, pending.join(""), size);
      pending = [];
    }
    if (size >= compactAtBytes) compact();
  }

  function compact(): void {
    const rewritten = openSync(temporaryPath, "w+");
    let written = 0;
    let block = "";
    for (const command of snapshot()) {
      block += encodeCommand(command);
      if (block.length < blockBytes) continue;
      written = writeAt(rewritten, block, written);
      block = "";
    }
    written = writeAt(rewritten, block, written);
    fsyncSync(rewritten);
    renameSync(temporaryPath, path);
    syncDirectory(dirname(path));
    closeSync(file);
    file = rewritten;
    size = written;
    pending = [];
    compactAtBytes = Math.max(minCompactBytes, size * 2);
  }

  return {
    append: (effects) => {
      const together = effects.length > 1 ? [["MULTI"], ...effects, ["EXEC"]] : effects;
      pending.push(together.map(encodeCommand).join(""));
    },
    flush,
    compact,
    close: () => {
      flush();
      fsyncSync(file);
      closeSync(file);
    },
  };
}

/** Replays a log and cuts off what a kill left half written. @returns its size, in bytes */
function load(
  file: number,
  { path, replay, log }: { path: string; replay: (command: readonly Bytes[]) => void; log: Logger },
): number {
  const parser = createRequestParser();
  let wholeUpTo = 0;
  let group: (readonly Bytes[])[] | undefined;
  for (const command of commandsIn(file, parser)) {
    if (command instanceof ProtocolError) {
      copyFileSync(path, `${path}.damaged`);
      log.error({ path, atByte: wholeUpTo, reason: command.message }, "damaged log: kept a copy, cut it there");
      break;
    }
    if (command[0] === "MULTI") group = [];
    else if (command[0] === "EXEC") {
      group?.forEach(replay);
      group = undefined;
    } else if (group) group.push(command);
    else replay(command);
    if (!group) wholeUpTo = parser.position;
  }
  const cutBytes = fstatSync(file).size - wholeUpTo;
  if (cutBytes > 0) {
    log.warn({ path, cutBytes }, "cut off what was written only in part");
    ftruncateSync(file, wholeUpTo);
  }
  return wholeUpTo;
}

function* commandsIn(file: number, parser: RequestParser): Generator<Bytes[] | ProtocolError> {
  let position = 0;
  for (;;) {
    const command = parser.next();
    if (command !== undefined) {
      yield command;
      continue;
    }
    const block = Buffer.alloc(blockBytes);
    const bytes = readSync(file, block, 0, blockBytes, position);
    if (bytes === 0) return;
    parser.feed(block.subarray(0, bytes));
    position += bytes;
  }
}

/** @returns the position after what was written */
function writeAt(file: number, bytes: Bytes, position: number): number {
  const buffer = Buffer.from(bytes, "latin1");
  let written = 0;
  while (written < buffer.length) {
    written += writeSync(file, buffer, written, buffer.length - written, position + written);
  }
  return position + written;
}

/** A rename is on disk only once its directory is. */
function syncDirectory(path: string): void {
  const directory = openSync(path, "r");
  fsyncSync(directory);
  closeSync(directory);
}
