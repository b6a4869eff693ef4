import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@shop/telemetry";
import { z } from "zod";
import { openDurableTable, type DurableTable } from "../src/kafka/durable-table";

const log = createLogger("kafka");
log.level = "silent";

let folder: string;
let path: string;
let table: DurableTable<number>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kafka-table-"));
  path = join(folder, "table");
  table = open();
});
afterEach(() => {
  table.close();
  rmSync(folder, { recursive: true });
});

const open = () => openDurableTable(path, { value: z.number(), log });

function reopen(): void {
  table.close();
  table = open();
}

describe("a durable table", () => {
  it("has its rows again, without those that were removed", () => {
    table.apply([
      ["a", 1],
      ["b", 2],
    ]);
    table.applyDurably([["a", 3]]);
    table.apply([["b", undefined]]);
    reopen();
    expect(table.entries()).toEqual([["a", 3]]);
  });

  it("keeps everything but the line in which a write was interrupted", () => {
    table.apply([["a", 1]]);
    table.apply([["b", 2]]);
    truncateSync(path, statSync(path).size - 3);
    reopen();
    expect(table.entries()).toEqual([["a", 1]]);
    table.apply([["c", 3]]);
    reopen();
    expect(table.get("c")).toBe(3);
  });

  it("leaves out lines with a wrong checksum or a value of another kind, wherever they stand", () => {
    table.apply([["a", 1]]);
    appendFileSync(path, '\n00000000 {"key":"b","value":2}\nnonsense');
    const strings = openDurableTable(join(folder, "strings"), { value: z.string(), log });
    strings.apply([["c", "three"]]);
    strings.close();
    appendFileSync(path, readFileSync(join(folder, "strings")));
    table.apply([["d", 4]]);
    reopen();
    expect(table.entries()).toEqual([
      ["a", 1],
      ["d", 4],
    ]);
  });

  it("does not grow with the number of changes", () => {
    for (let count = 0; count < 10_000; count += 1) table.apply([["counter", count]]);
    expect(statSync(path).size).toBeLessThan(200_000);
    reopen();
    expect(table.get("counter")).toBe(9999);
  });
});
