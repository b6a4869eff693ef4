import { type GroupCoordinator } from "../groups/coordinator";
import { metadataFor } from "../groups/member";
import { errorCode } from "../protocol/error-codes";
import { array, bytes, int16, int32, int8, nullableString, string, struct } from "../protocol/wire-types";
import { defineApi, noThrottleMs, type Api } from "./api";
import { type Endpoint } from "./metadata";

const throttleMs = noThrottleMs;

/** FindCoordinator, DescribeGroups, ListGroups, DeleteGroups. */
export function createGroupAdminApis(deps: { groups: GroupCoordinator; endpoint: Endpoint }): Api[] {
  const { groups, endpoint } = deps;

  const findCoordinator = defineApi({
    key: 10,
    name: "FindCoordinator",
    versions: [1, 2],
    request: struct({ key: string, keyType: int8 }),
    response: struct({
      throttleMs: int32,
      error: int16,
      errorMessage: nullableString,
      nodeId: int32,
      host: string,
      port: int32,
    }),
    handle: () => ({ throttleMs, error: errorCode.NONE, errorMessage: null, ...endpoint }),
  });

  function describe(groupId: string) {
    const group = groups.find(groupId)?.describe();
    const { state = "Dead", protocolType = "", protocol = "", members = [] } = group ?? {};
    return {
      error: errorCode.NONE,
      groupId,
      state,
      protocolType,
      protocol,
      members: members.map((member) => ({
        memberId: member.id,
        clientId: member.clientId,
        clientHost: member.clientHost,
        metadata: metadataFor(member, protocol),
        assignment: member.assignment,
      })),
    };
  }

  const describeGroups = defineApi({
    key: 15,
    name: "DescribeGroups",
    versions: [1, 2],
    request: struct({ groupIds: array(string) }),
    response: struct({
      throttleMs: int32,
      groups: array(
        struct({
          error: int16,
          groupId: string,
          state: string,
          protocolType: string,
          protocol: string,
          members: array(
            struct({ memberId: string, clientId: string, clientHost: string, metadata: bytes, assignment: bytes }),
          ),
        }),
      ),
    }),
    handle: ({ groupIds }) => ({ throttleMs, groups: groupIds.map(describe) }),
  });

  const listGroups = defineApi({
    key: 16,
    name: "ListGroups",
    versions: [1, 2],
    request: struct({}),
    response: struct({
      throttleMs: int32,
      error: int16,
      groups: array(struct({ groupId: string, protocolType: string })),
    }),
    handle: () => ({
      throttleMs,
      error: errorCode.NONE,
      groups: groups.all().map(([groupId, group]) => ({ groupId, protocolType: group.describe().protocolType })),
    }),
  });

  const deleteGroups = defineApi({
    key: 42,
    name: "DeleteGroups",
    versions: [0, 1],
    request: struct({ groupIds: array(string) }),
    response: struct({ throttleMs: int32, results: array(struct({ groupId: string, error: int16 })) }),
    handle: ({ groupIds }) => ({
      throttleMs,
      results: groupIds.map((groupId) => ({ groupId, error: groups.delete(groupId) })),
    }),
  });

  return [findCoordinator, describeGroups, listGroups, deleteGroups];
}
