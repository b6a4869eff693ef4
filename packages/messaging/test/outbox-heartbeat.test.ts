import { randomUUID } from "node:crypto";
import { type EventDefinition } from "@shop/event-contracts";
import { createLogger } from "@shop/telemetry";
import { z } from "zod";
import { createPostgresOutbox, handle, startOutboxHeartbeat, startTopicReader } from "../src";
import { startTestOutbox, testAnnounced, type TestOutbox } from "./harness";

const log = createLogger("test");
log.level = "silent";
const partitionCount = 6;

interface Beat {
  readonly partition: number;
  readonly upTo: Date;
  /** What this test had announced before it, in this partition. */
  readonly titles: readonly string[];
}

let outbox: TestOutbox;
let event: EventDefinition<{ upTo: string; partitions: number }>;
let beats: Beat[];
let onBeat: () => void;
beforeEach(async () => {
  outbox = await startTestOutbox();
  event = {
    topic: "system.v1",
    type: `drained-${randomUUID()}`,
    key: () => "outbox",
    payload: z.object({ upTo: z.string(), partitions: z.literal(partitionCount) }),
  };
  beats = [];
  onBeat = () => undefined;
  const titles = new Map<number, string[]>();
  const reader = startTopicReader({
    bus: outbox.bus,
    topic: "system.v1",
    since: new Date(),
    handlers: [
      handle(testAnnounced, ({ partition, payload: { announcementId, title } }) => {
        if (announcementId.startsWith(outbox.prefix)) titles.set(partition, [...(titles.get(partition) ?? []), title]);
        return Promise.resolve();
      }),
      handle(event, ({ partition, payload: { upTo } }) => {
        beats.push({ partition, upTo: new Date(upTo), titles: titles.get(partition) ?? [] });
        onBeat();
        return Promise.resolve();
      }),
    ],
    log,
  });
  outbox.onStop(() => reader.stop());
});
afterEach(() => outbox.stop());

/** One of the instances that share the outbox. */
function startInstance(bus = outbox.bus): void {
  const source = createPostgresOutbox({ connectionString: outbox.databaseUrl, log });
  const heartbeat = startOutboxHeartbeat({ source, bus, event, intervalMs: 20, log });
  outbox.onStop(async () => {
    await heartbeat.stop();
    await source.stop();
  });
}

/** Resolves when a beat fits in each of the partitions, with those that did. */
function inEachPartition(fits: (beat: Beat) => boolean): Promise<Beat[]> {
  return new Promise((resolve) => {
    onBeat = () => {
      const fitting = beats.filter(fits);
      if (new Set(fitting.map(({ partition }) => partition)).size === partitionCount) resolve(fitting);
    };
    onBeat();
  });
}

it("proves in each partition that what was committed before lies before, by whichever instance", async () => {
  startInstance();
  startInstance();
  await inEachPartition(() => true);
  const committedFrom = new Date();
  await outbox.append({ name: "a", title: "first" }, { name: "b", title: "second" });
  const committed = new Date();
  const seen = beats.length;
  await inEachPartition((beat) => beats.indexOf(beat) >= seen + 2 * partitionCount); // some rounds, and nobody relays
  expect(beats.filter(({ upTo }) => upTo > committed)).toEqual([]);
  // Looked at before anybody relays: a slow beat that was begun so early may lie behind what is published then.
  const early = beats.filter(({ upTo }) => upTo < committedFrom);
  expect(early.flatMap(({ titles }) => titles)).toEqual([]);

  outbox.startRelay();
  const proofs = await inEachPartition(({ upTo }) => upTo > committed);
  expect([...new Set(proofs.flatMap(({ titles }) => titles))].sort()).toEqual(["first", "second"]);
});

it("goes on by itself once the broker answers", async () => {
  startInstance(outbox.connect(["127.0.0.1:1"]));
  startInstance();
  const started = new Date();
  await inEachPartition(({ upTo }) => upTo > started);
});
