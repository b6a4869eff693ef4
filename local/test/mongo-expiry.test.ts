import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@shop/telemetry";
import { parseIndexSpec } from "../src/mongo/storage/index-spec";
import { openStore } from "../src/mongo/storage/store";
import { startExpiry } from "../src/mongo/ttl";

// Beside the conformance suite: MongoDB looks once a minute, which no suite waits for.
it("removes the documents whose time is up, once a minute, and no others", () => {
  jest.useFakeTimers({ now: new Date("2026-11-22T10:00:00Z") });
  const dataDir = mkdtempSync(join(tmpdir(), "mongo-expiry-"));
  const log = createLogger("mongo");
  const store = openStore({ dataDir, log });
  const expiry = startExpiry({ store, log });
  try {
    const sessions = store.findOrCreate("shop", "sessions");
    sessions.createIndex(parseIndexSpec({ key: { at: 1 }, expireAfterSeconds: 90 }));
    sessions.insert({ _id: "old", at: new Date("2026-11-22T09:59:00Z") });
    sessions.insert({ _id: "new", at: new Date("2026-11-22T10:00:00Z") });
    sessions.insert({ _id: "none" });
    sessions.insert({ _id: "text", at: "2020-01-01" });
    const left = () => [...sessions.records.values()].map(({ document }) => document["_id"]);

    jest.advanceTimersByTime(59_000);
    expect(left()).toEqual(["old", "new", "none", "text"]);
    jest.advanceTimersByTime(1_000);
    expect(left()).toEqual(["new", "none", "text"]);
    jest.advanceTimersByTime(60_000);
    expect(left()).toEqual(["none", "text"]);
  } finally {
    expiry.stop();
    store.close();
    jest.useRealTimers();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
