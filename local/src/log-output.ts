import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import { prettyFactory } from "pino-pretty";

/**
 * Where the lines of all processes go: shop.log in the data folder, and the terminal, pretty there and one JSON line
 * each elsewhere.
 */
export function createLogOutput(dataDir: string): (line: string) => void {
  const pretty = prettyFactory({ colorize: true, ignore: "pid,hostname" });
  let file: WriteStream | undefined; // opened with the first line: a fresh start empties the folder before
  return (line) => {
    file ??= createWriteStream(join(dataDir, "shop.log"), { flags: "a" });
    file.write(`${line}\n`);
    process.stdout.write(process.stdout.isTTY ? pretty(line) : `${line}\n`);
  };
}
