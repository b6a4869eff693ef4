import { type Logger } from "@shop/telemetry";
import { errorCode, type ErrorCode } from "../protocol/error-codes";
import {
  createMember,
  findJoinProblem,
  hasSameProtocols,
  metadataFor,
  protocolOfAll,
  refusedJoin,
  refusedSync,
  refuseParked,
  type JoinOutcome,
  type JoinRequest,
  type Member,
  type SyncOutcome,
  type SyncRequest,
} from "./member";
import { park } from "./parked";

/** As Kafka names them in DescribeGroups. */
export type GroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable";

export interface GroupDescription {
  readonly state: GroupState;
  readonly protocolType: string;
  readonly protocol: string;
  readonly members: readonly Member[];
}

/**
 * What is kept of a group over a restart. Its members are not: told so by their next heartbeat, or having given up already,
 * they join anew, and nobody has to wait for the sessions of those who never will.
 */
export interface SavedGroup {
  /** Never goes back, so that what a member of an earlier generation says is known to be outdated. */
  readonly generation: number;
  readonly protocolType: string;
}

/** The members of one consumer group, and the rounds in which they agree who reads which partition. */
export interface Group {
  describe(): GroupDescription;
  /** Answered when the round that it takes part in is complete. `closed` says that the client went away meanwhile. */
  join(request: JoinRequest, closed: AbortSignal): Promise<JoinOutcome>;
  /** Answered when the leader has given its assignments. Only the leader gives any. */
  sync(request: SyncRequest, closed: AbortSignal): Promise<SyncOutcome>;
  heartbeat(generation: number, memberId: string): ErrorCode;
  leave(memberId: string): ErrorCode;
  /** Whether a member may commit offsets; a generation below 0 is a client outside any group. */
  mayCommit(generation: number, memberId: string): ErrorCode;
  /** Ends all timers; nothing changes from here on. */
  stop(): void;
}

/**
 * @param deps.saved the group as it was last saved, if it is known
 * @param deps.save called whenever what outlives a restart has changed, before any member learns of the change
 */
export function createGroup(deps: {
  groupId: string;
  saved: SavedGroup | undefined;
  save: (group: SavedGroup) => void;
  initialRebalanceDelayMs: number;
  log: Logger;
}): Group {
  const { groupId, saved, initialRebalanceDelayMs, log } = deps;
  const members = new Map<string, Member>();
  let state: GroupState = "Empty";
  let generation = saved?.generation ?? 0;
  let protocolType = saved?.protocolType ?? "";
  let protocol = "";
  let leaderId = "";
  let rebalanceTimer: NodeJS.Timeout | undefined;
  /** The first member of an empty group has come, and others are given a moment to come too. */
  let isGathering = false;
  let isStopped = false;

  const save = () => deps.save({ generation, protocolType });

  function restartSession(member: Member): void {
    clearTimeout(member.sessionTimer);
    member.sessionTimer = setTimeout(() => {
      // A member that waits for the others cannot send heartbeats; if it dies, its connection closes.
      if (member.parkedJoin !== undefined || member.parkedSync !== undefined) {
        restartSession(member);
        return;
      }
      log.info({ groupId, memberId: member.id }, "a group member's session ended without a heartbeat");
      remove(member);
    }, member.sessionTimeoutMs);
  }

  function remove(member: Member): void {
    clearTimeout(member.sessionTimer);
    if (isStopped || !members.delete(member.id)) return;
    refuseParked(member, errorCode.UNKNOWN_MEMBER_ID);
    if (members.size === 0) {
      becomeEmpty();
      return;
    }
    if (state === "PreparingRebalance") completeWhenAllJoined();
    else prepareRebalance();
  }

  function becomeEmpty(): void {
    clearTimeout(rebalanceTimer);
    isGathering = false;
    state = "Empty";
    generation += 1;
    save();
  }

  function prepareRebalance(): void {
    const wasEmpty = state === "Empty";
    state = "PreparingRebalance";
    for (const member of members.values()) {
      member.parkedSync?.settle(refusedSync(errorCode.REBALANCE_IN_PROGRESS));
    }
    isGathering = wasEmpty;
    const patienceMs = Math.max(...[...members.values()].map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs));
    clearTimeout(rebalanceTimer);
    rebalanceTimer = setTimeout(completeRebalance, wasEmpty ? initialRebalanceDelayMs : patienceMs);
    completeWhenAllJoined();
  }

  function completeWhenAllJoined(): void {
    if (!isGathering && [...members.values()].every(({ parkedJoin }) => parkedJoin !== undefined)) completeRebalance();
  }

  /** Begins a generation of those who have joined; whoever has not by now is no member any more. */
  function completeRebalance(): void {
    clearTimeout(rebalanceTimer);
    isGathering = false;
    for (const member of members.values()) {
      if (member.parkedJoin !== undefined) continue;
      clearTimeout(member.sessionTimer);
      members.delete(member.id);
    }
    if (members.size === 0) {
      becomeEmpty();
      return;
    }
    const present = [...members.values()];
    generation += 1;
    state = "CompletingRebalance";
    protocol = protocolOfAll(present) ?? "";
    if (!members.has(leaderId)) leaderId = present[0]?.id ?? "";
    save();
    for (const member of present) {
      restartSession(member);
      member.parkedJoin?.settle(joined(member));
    }
  }

  function joined(member: Member): JoinOutcome {
    const everyone = [...members.values()].map((each) => ({
      memberId: each.id,
      metadata: metadataFor(each, protocol),
    }));
    const forLeader = member.id === leaderId ? everyone : [];
    return { error: errorCode.NONE, generation, protocol, leaderId, memberId: member.id, members: forLeader };
  }

  function findMemberProblem(forGeneration: number, memberId: string): ErrorCode {
    if (!members.has(memberId)) return errorCode.UNKNOWN_MEMBER_ID;
    return forGeneration === generation ? errorCode.NONE : errorCode.ILLEGAL_GENERATION;
  }

  return {
    describe: () => ({ state, protocolType, protocol, members: [...members.values()] }),

    async join(request, closed) {
      const problem = findJoinProblem(request, [...members.values()], protocolType);
      if (problem !== errorCode.NONE) return refusedJoin(problem, request.memberId);
      const known = members.get(request.memberId);
      if (known !== undefined) {
        const hasMissedAnswer = state === "CompletingRebalance" || (state === "Stable" && known.id !== leaderId);
        if (hasMissedAnswer && hasSameProtocols(known, request)) {
          restartSession(known);
          return joined(known);
        }
        // Its earlier call can only come from a connection that it has given up.
        refuseParked(known, errorCode.REBALANCE_IN_PROGRESS);
      }
      clearTimeout(known?.sessionTimer);
      const member = createMember(request, known);
      members.set(member.id, member);
      protocolType = request.protocolType;
      restartSession(member);
      return new Promise<JoinOutcome>((resolve) => {
        member.parkedJoin = park(resolve, {
          closed,
          abandonedOutcome: refusedJoin(errorCode.UNKNOWN_MEMBER_ID, member.id),
          onSettled: () => (member.parkedJoin = undefined),
          onAbandoned: () => remove(member),
        });
        if (state === "PreparingRebalance") completeWhenAllJoined();
        else prepareRebalance();
      });
    },

    async sync(request, closed) {
      const problem = findMemberProblem(request.generation, request.memberId);
      const member = members.get(request.memberId);
      if (member === undefined || problem !== errorCode.NONE) return refusedSync(problem);
      if (state === "PreparingRebalance") return refusedSync(errorCode.REBALANCE_IN_PROGRESS);
      restartSession(member);
      if (state === "CompletingRebalance" && member.id !== leaderId) {
        // As with a join: an earlier call is one that the member has given up.
        refuseParked(member, errorCode.REBALANCE_IN_PROGRESS);
        return new Promise<SyncOutcome>((resolve) => {
          member.parkedSync = park(resolve, {
            closed,
            abandonedOutcome: refusedSync(errorCode.UNKNOWN_MEMBER_ID),
            onSettled: () => (member.parkedSync = undefined),
            onAbandoned: () => remove(member),
          });
        });
      }
      if (state === "CompletingRebalance") {
        const byMember = new Map(request.assignments.map((each) => [each.memberId, each.assignment]));
        for (const each of members.values()) each.assignment = Buffer.from(byMember.get(each.id) ?? []);
        state = "Stable";
        for (const each of members.values()) {
          each.parkedSync?.settle({ error: errorCode.NONE, assignment: each.assignment });
        }
      }
      return { error: errorCode.NONE, assignment: member.assignment };
    },

    heartbeat(forGeneration, memberId) {
      const problem = findMemberProblem(forGeneration, memberId);
      const member = members.get(memberId);
      if (member === undefined || problem !== errorCode.NONE) return problem;
      restartSession(member);
      return state === "PreparingRebalance" ? errorCode.REBALANCE_IN_PROGRESS : errorCode.NONE;
    },

    leave(memberId) {
      const member = members.get(memberId);
      if (member === undefined) return errorCode.UNKNOWN_MEMBER_ID;
      remove(member);
      return errorCode.NONE;
    },

    mayCommit(forGeneration, memberId) {
      if (forGeneration < 0 && state === "Empty") return errorCode.NONE;
      const problem = findMemberProblem(forGeneration, memberId);
      if (problem !== errorCode.NONE) return problem;
      return state === "CompletingRebalance" ? errorCode.REBALANCE_IN_PROGRESS : errorCode.NONE;
    },

    stop() {
      isStopped = true;
      clearTimeout(rebalanceTimer);
      for (const member of members.values()) clearTimeout(member.sessionTimer);
    },
  };
}
