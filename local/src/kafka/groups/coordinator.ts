import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { z } from "zod";
import { openDurableTable } from "../durable-table";
import { errorCode, type ErrorCode } from "../protocol/error-codes";
import { type BrokerSettings } from "../settings";
import { openCommittedOffsets, type CommittedOffset, type CommittedOffsets } from "./committed-offsets";
import { createGroup, type Group } from "./group";

const savedGroup = z.object({ generation: z.int(), protocolType: z.string() });

/** All consumer groups of the broker, with what they have committed. */
export interface GroupCoordinator {
  readonly offsets: Pick<CommittedOffsets, "find" | "ofGroup" | "forgetTopic">;
  find(groupId: string): Group | undefined;
  /** The group, which begins to be with its first member. */
  findOrCreate(groupId: string): Group;
  all(): [groupId: string, group: Group][];
  /** Stores offsets if the member may; a client outside any group may for one that has no members. */
  commit(groupId: string, generation: number, memberId: string, offsets: readonly CommittedOffset[]): ErrorCode;
  delete(groupId: string): ErrorCode;
  /** Forgets groups that have neither members nor offsets: readers for themselves, who are gone. */
  forgetAbandoned(): void;
  /** Ends all timers. */
  stop(): void;
  sync(): Promise<void>;
  close(): void;
}

/** Opens the groups that are known from before, each without members. */
export function openGroupCoordinator(
  dataDir: string,
  deps: { settings: BrokerSettings; log: Logger },
): GroupCoordinator {
  const { settings, log } = deps;
  const table = openDurableTable(join(dataDir, "groups"), { value: savedGroup, log });
  const offsets = openCommittedOffsets(dataDir, { log });
  const groups = new Map<string, Group>();

  function open(groupId: string): Group {
    const group = createGroup({
      groupId,
      saved: table.get(groupId),
      save: (saved) => table.apply([[groupId, saved]]),
      initialRebalanceDelayMs: settings.initialRebalanceDelayMs,
      log,
    });
    groups.set(groupId, group);
    return group;
  }

  function forget(groupId: string, group: Group): void {
    group.stop();
    groups.delete(groupId);
    table.apply([[groupId, undefined]]);
    offsets.forgetGroup(groupId);
  }

  const known = new Set([...table.entries().map(([groupId]) => groupId), ...offsets.groupIds()]);
  for (const groupId of known) open(groupId);

  return {
    offsets,
    find: (groupId) => groups.get(groupId),
    findOrCreate: (groupId) => groups.get(groupId) ?? open(groupId),
    all: () => [...groups],

    commit(groupId, generation, memberId, committed) {
      const group = groups.get(groupId);
      // Outside any group, the first commit makes it; a member whose group is gone has to join anew.
      if (group === undefined && generation >= 0) return errorCode.ILLEGAL_GENERATION;
      const problem = (group ?? open(groupId)).mayCommit(generation, memberId);
      if (problem === errorCode.NONE) offsets.commit(committed);
      return problem;
    },

    delete(groupId) {
      const group = groups.get(groupId);
      if (group === undefined) return errorCode.GROUP_ID_NOT_FOUND;
      if (group.describe().state !== "Empty") return errorCode.NON_EMPTY_GROUP;
      forget(groupId, group);
      return errorCode.NONE;
    },

    forgetAbandoned() {
      const withOffsets = new Set(offsets.groupIds());
      for (const [groupId, group] of [...groups]) {
        if (!withOffsets.has(groupId) && group.describe().state === "Empty") forget(groupId, group);
      }
    },

    stop: () => [...groups.values()].forEach((group) => group.stop()),

    async sync() {
      await table.sync();
      await offsets.sync();
    },

    close() {
      table.close();
      offsets.close();
    },
  };
}
