import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { z } from "zod";
import { openDurableTable } from "./durable-table";

/** Ids are set aside on disk in blocks before the first of them is given out, so that a crash skips ids and never repeats one. */
const blockSize = 1000;
const row = "firstFree";

export interface ProducerIds {
  /** An id that no producer had before. */
  next(): number;
  close(): void;
}

export function openProducerIds(dataDir: string, deps: { log: Logger }): ProducerIds {
  const table = openDurableTable(join(dataDir, "producer-ids"), { value: z.int(), log: deps.log });
  let next = table.get(row) ?? 0;
  let blockEnd = next;

  return {
    next() {
      if (next === blockEnd) {
        blockEnd += blockSize;
        table.applyDurably([[row, blockEnd]]);
      }
      next += 1;
      return next - 1;
    },
    close: () => table.close(),
  };
}
