import { setTimeout as sleep } from "node:timers/promises";
import { type Logger } from "@shop/telemetry";
import { backoffMs } from "./backoff";
import { createGroupMember, type GroupMember } from "./group-member";

export interface Membership {
  /** Undefined before the first attempt to join. */
  member(): GroupMember | undefined;
  leave(): Promise<void>;
}

const leaveLimitMs = 5_000;

/**
 * Keeps this process a member of its group until it leaves: joining waits for a broker that is down, and is begun anew after
 * a crash of the client.
 */
export function keepMembership(
  options: Omit<Parameters<typeof createGroupMember>[0], "onJoined" | "onCrash"> & { log: Logger },
): Membership {
  const { groupId, log } = options;
  const leaving = new AbortController();
  const { signal } = leaving;
  let member: GroupMember | undefined;

  async function keepReading(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      member = createGroupMember({
        ...options,
        onJoined: () => {
          failures = 0;
        },
        onCrash: (error) => log.warn({ err: error, groupId }, "the consumer crashed"),
      });
      await member.read().catch((error: unknown) => {
        log.warn({ err: error, groupId }, "the consumer could not join its group");
      });
      await member.leave().catch(() => undefined);
      failures++;
      await sleep(backoffMs(failures), undefined, { signal }).catch(() => undefined);
    }
  }

  const reading = keepReading();
  return {
    member: () => member,
    leave: async () => {
      leaving.abort();
      const left = Promise.all([member?.leave().catch(() => undefined), reading]);
      await Promise.race([left, sleep(leaveLimitMs, undefined, { ref: false })]);
    },
  };
}
