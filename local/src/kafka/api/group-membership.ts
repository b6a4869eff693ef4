import { type GroupCoordinator } from "../groups/coordinator";
import { refusedJoin, refusedSync } from "../groups/member";
import { errorCode } from "../protocol/error-codes";
import { array, bytes, int16, int32, string, struct } from "../protocol/wire-types";
import { type BrokerSettings } from "../settings";
import { defineApi, noThrottleMs, type Api } from "./api";

const throttleMs = noThrottleMs;
const errorResponse = struct({ throttleMs: int32, error: int16 });

/** JoinGroup, SyncGroup, Heartbeat, LeaveGroup: how a consumer takes part in its group. */
export function createGroupMembershipApis(deps: { groups: GroupCoordinator; settings: BrokerSettings }): Api[] {
  const { groups, settings } = deps;

  const joinGroup = defineApi({
    key: 11,
    name: "JoinGroup",
    versions: [2, 3],
    request: struct({
      groupId: string,
      sessionTimeoutMs: int32,
      rebalanceTimeoutMs: int32,
      memberId: string,
      protocolType: string,
      protocols: array(struct({ name: string, metadata: bytes })),
    }),
    response: struct({
      throttleMs: int32,
      error: int16,
      generation: int32,
      protocol: string,
      leaderId: string,
      memberId: string,
      members: array(struct({ memberId: string, metadata: bytes })),
    }),
    async handle({ groupId, ...request }, { clientId, host, closed }) {
      const { memberId, sessionTimeoutMs } = request;
      if (groupId === "") return { throttleMs, ...refusedJoin(errorCode.INVALID_GROUP_ID, memberId) };
      if (sessionTimeoutMs < settings.minSessionTimeoutMs || sessionTimeoutMs > settings.maxSessionTimeoutMs) {
        return { throttleMs, ...refusedJoin(errorCode.INVALID_SESSION_TIMEOUT, memberId) };
      }
      const group = memberId === "" ? groups.findOrCreate(groupId) : groups.find(groupId);
      if (group === undefined) return { throttleMs, ...refusedJoin(errorCode.UNKNOWN_MEMBER_ID, memberId) };
      return { throttleMs, ...(await group.join({ ...request, clientId, clientHost: host }, closed)) };
    },
  });

  const syncGroup = defineApi({
    key: 14,
    name: "SyncGroup",
    versions: [1, 2],
    request: struct({
      groupId: string,
      generation: int32,
      memberId: string,
      assignments: array(struct({ memberId: string, assignment: bytes })),
    }),
    response: struct({ throttleMs: int32, error: int16, assignment: bytes }),
    async handle({ groupId, ...request }, { closed }) {
      const outcome = await groups.find(groupId)?.sync(request, closed);
      return { throttleMs, ...(outcome ?? refusedSync(errorCode.UNKNOWN_MEMBER_ID)) };
    },
  });

  const heartbeat = defineApi({
    key: 12,
    name: "Heartbeat",
    versions: [1, 2],
    request: struct({ groupId: string, generation: int32, memberId: string }),
    response: errorResponse,
    handle: ({ groupId, generation, memberId }) => ({
      throttleMs,
      error: groups.find(groupId)?.heartbeat(generation, memberId) ?? errorCode.UNKNOWN_MEMBER_ID,
    }),
  });

  const leaveGroup = defineApi({
    key: 13,
    name: "LeaveGroup",
    versions: [1, 2],
    request: struct({ groupId: string, memberId: string }),
    response: errorResponse,
    handle: ({ groupId, memberId }) => ({
      throttleMs,
      error: groups.find(groupId)?.leave(memberId) ?? errorCode.UNKNOWN_MEMBER_ID,
    }),
  });

  return [joinGroup, syncGroup, heartbeat, leaveGroup];
}
