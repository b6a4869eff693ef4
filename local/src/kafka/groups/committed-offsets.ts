import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { z } from "zod";
import { openDurableTable } from "../durable-table";

const committed = z.object({
  groupId: z.string(),
  topic: z.string(),
  partition: z.int(),
  /** The next offset to read. */
  offset: z.int(),
  /** A note of the client's own. */
  metadata: z.string().nullable(),
});
export type CommittedOffset = z.infer<typeof committed>;

export interface CommittedOffsets {
  find(groupId: string, topic: string, partition: number): CommittedOffset | undefined;
  ofGroup(groupId: string): CommittedOffset[];
  groupIds(): string[];
  /** In the page cache when this returns. */
  commit(offsets: readonly CommittedOffset[]): void;
  forgetGroup(groupId: string): void;
  forgetTopic(topic: string): void;
  sync(): Promise<void>;
  close(): void;
}

/** How far each group has read, over restarts. */
export function openCommittedOffsets(dataDir: string, deps: { log: Logger }): CommittedOffsets {
  const table = openDurableTable(join(dataDir, "offsets"), { value: committed, log: deps.log });
  const keyOf = (groupId: string, topic: string, partition: number) => JSON.stringify([groupId, topic, partition]);

  function forget(isGone: (offset: CommittedOffset) => boolean): void {
    table.apply(table.entries().flatMap(([key, value]) => (isGone(value) ? [[key, undefined] as const] : [])));
  }

  return {
    find: (groupId, topic, partition) => table.get(keyOf(groupId, topic, partition)),
    ofGroup: (groupId) => table.entries().flatMap(([, value]) => (value.groupId === groupId ? [value] : [])),
    groupIds: () => [...new Set(table.entries().map(([, value]) => value.groupId))],
    commit: (offsets) => table.apply(offsets.map((each) => [keyOf(each.groupId, each.topic, each.partition), each])),
    forgetGroup: (groupId) => forget((each) => each.groupId === groupId),
    forgetTopic: (topic) => forget((each) => each.topic === topic),
    sync: () => table.sync(),
    close: () => table.close(),
  };
}
