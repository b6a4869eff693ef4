import { randomUUID } from "node:crypto";
import { errorCode, type ErrorCode } from "../protocol/error-codes";
import { type Parked } from "./parked";

/** One way of sharing out partitions that a member knows, with what its leader needs to know of the member for it. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export interface JoinRequest {
  /** Empty for a member that is new. */
  readonly memberId: string;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly MemberProtocol[];
}

export interface JoinOutcome {
  readonly error: ErrorCode;
  readonly generation: number;
  readonly protocol: string;
  readonly leaderId: string;
  readonly memberId: string;
  /** All members, for the leader; nothing for the others. */
  readonly members: { memberId: string; metadata: Buffer }[];
}

export interface SyncRequest {
  readonly generation: number;
  readonly memberId: string;
  readonly assignments: readonly { memberId: string; assignment: Buffer }[];
}

export interface SyncOutcome {
  readonly error: ErrorCode;
  readonly assignment: Buffer;
}

export interface Member extends Omit<JoinRequest, "memberId" | "protocolType"> {
  readonly id: string;
  assignment: Buffer;
  parkedJoin: Parked<JoinOutcome> | undefined;
  parkedSync: Parked<SyncOutcome> | undefined;
  sessionTimer: NodeJS.Timeout | undefined;
}

export function refusedJoin(error: ErrorCode, memberId: string): JoinOutcome {
  return { error, generation: -1, protocol: "", leaderId: "", memberId, members: [] };
}

export function refusedSync(error: ErrorCode): SyncOutcome {
  return { error, assignment: Buffer.alloc(0) };
}

/** Answers whatever a member still waits for with an error. */
export function refuseParked(member: Member, error: ErrorCode): void {
  member.parkedJoin?.settle(refusedJoin(error, member.id));
  member.parkedSync?.settle(refusedSync(error));
}

export function metadataFor(member: Member, protocol: string): Buffer {
  return member.protocols.find(({ name }) => name === protocol)?.metadata ?? Buffer.alloc(0);
}

/** The first protocol by the first member's preference that every member knows. */
export function protocolOfAll(members: readonly Pick<Member, "protocols">[]): string | undefined {
  return members[0]?.protocols.find(({ name }) =>
    members.every(({ protocols }) => protocols.some((each) => each.name === name)),
  )?.name;
}

/** Whether a member that joins again says what it said before: then it only missed the answer. */
export function hasSameProtocols(member: Member, request: JoinRequest): boolean {
  return (
    member.protocols.length === request.protocols.length &&
    member.protocols.every((each, index) => {
      const other = request.protocols[index];
      return other !== undefined && each.name === other.name && each.metadata.equals(other.metadata);
    })
  );
}

/**
 * The member that a request asks for, as it describes itself now. Bytes are copied: a view would hold all of the request in
 * memory.
 */
export function createMember(request: JoinRequest, known: Member | undefined): Member {
  const { memberId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs } = request;
  return {
    id: memberId === "" ? `${clientId}-${randomUUID()}` : memberId,
    clientId,
    clientHost,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
    assignment: known?.assignment ?? Buffer.alloc(0),
    parkedJoin: undefined,
    parkedSync: undefined,
    sessionTimer: undefined,
  };
}

/** What keeps a client from being a member beside those that a group of this protocol type has. */
export function findJoinProblem(request: JoinRequest, members: readonly Member[], protocolType: string): ErrorCode {
  const others = members.filter(({ id }) => id !== request.memberId);
  if (request.memberId !== "" && others.length === members.length) return errorCode.UNKNOWN_MEMBER_ID;
  const isOtherType = others.length > 0 && request.protocolType !== protocolType;
  return isOtherType || protocolOfAll([request, ...others]) === undefined
    ? errorCode.INCONSISTENT_GROUP_PROTOCOL
    : errorCode.NONE;
}
