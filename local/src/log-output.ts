import { createWriteStream, existsSync, renameSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { prettyFactory } from "pino-pretty";

/**
 * Where the lines of all processes go: shop.log in the data folder, and the terminal, pretty there and one JSON line
 * each elsewhere. The log of the start before is kept as shop.log.1, and no older one.
 */
export function createLogOutput(dataDir: string): (line: string) => void {
  const pretty = prettyFactory({ colorize: true, ignore: "pid,hostname" });
  let file: WriteStream | undefined; // opened with the first line: a start that is refused leaves the log as it is
  return (line) => {
    file ??= openLog(join(dataDir, "shop.log"));
    file.write(`${line}\n`);
    process.stdout.write(process.stdout.isTTY ? pretty(line) : `${line}\n`);
  };
}

function openLog(path: string): WriteStream {
  if (existsSync(path)) renameSync(path, `${path}.1`);
  // A full disk is what the stores will tell of; the lines still go to the terminal.
  return createWriteStream(path).on("error", () => undefined);
}
