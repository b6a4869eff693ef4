import { createLogger } from "@shop/telemetry";
import { createGroup, type Group, type SavedGroup } from "../src/kafka/groups/group";
import { type JoinOutcome } from "../src/kafka/groups/member";
import { errorCode } from "../src/kafka/protocol/error-codes";

const log = createLogger("kafka");
log.level = "silent";
const connected = new AbortController().signal;

let group: Group;
let saved: SavedGroup | undefined;

beforeEach(() => {
  saved = undefined;
  group = openGroup();
});
afterEach(() => group.stop());

function openGroup(): Group {
  return createGroup({
    groupId: "readers",
    saved,
    save: (state) => (saved = state),
    initialRebalanceDelayMs: 0,
    log,
  });
}

function join(memberId = "", options: { closed?: AbortSignal; protocol?: string; sessionTimeoutMs?: number } = {}) {
  const { closed = connected, protocol = "roundrobin", sessionTimeoutMs = 60_000 } = options;
  return group.join(
    {
      memberId,
      clientId: "client",
      clientHost: "127.0.0.1",
      sessionTimeoutMs,
      rebalanceTimeoutMs: 60_000,
      protocolType: "consumer",
      protocols: [{ name: protocol, metadata: Buffer.from("topics") }],
    },
    closed,
  );
}

function sync({ memberId, generation }: JoinOutcome, assignedTo: string[] = []) {
  const assignments = assignedTo.map((each) => ({ memberId: each, assignment: Buffer.from(each) }));
  return group.sync({ memberId, generation, assignments }, connected);
}

/** A group of one member that has its assignment. */
async function joinAlone(options: Parameters<typeof join>[1] = {}): Promise<JoinOutcome> {
  const alone = await join("", options);
  await sync(alone, [alone.memberId]);
  return alone;
}

describe("a consumer group", () => {
  it("begins with one leader, which learns of all members and gives the assignments", async () => {
    const [first, second] = await Promise.all([join(), join()]);
    expect(first.leaderId).toBe(first.memberId);
    expect(first.members.map(({ memberId }) => memberId)).toEqual([first.memberId, second.memberId]);
    expect(second.members).toEqual([]);
    const [ofFirst, ofSecond] = await Promise.all([sync(first, [first.memberId, second.memberId]), sync(second)]);
    expect(ofFirst.assignment.toString()).toBe(first.memberId);
    expect(ofSecond.assignment.toString()).toBe(second.memberId);
    expect(group.describe()).toMatchObject({ state: "Stable", protocol: "roundrobin" });
  });

  it("tells its members to join again when one comes, and waits for them", async () => {
    const first = await joinAlone();
    const joining = join();
    expect(group.heartbeat(first.generation, first.memberId)).toBe(errorCode.REBALANCE_IN_PROGRESS);
    const [again, second] = await Promise.all([join(first.memberId), joining]);
    expect(again.generation).toBe(first.generation + 1);
    expect(second.generation).toBe(again.generation);
    expect(group.heartbeat(first.generation, first.memberId)).toBe(errorCode.ILLEGAL_GENERATION);
    expect(group.mayCommit(first.generation, first.memberId)).toBe(errorCode.ILLEGAL_GENERATION);
  });

  it("does not wait for a member whose connection closed while it was joining", async () => {
    const first = await joinAlone();
    const gone = new AbortController();
    const joining = join("", { closed: gone.signal });
    gone.abort();
    expect((await joining).error).toBe(errorCode.UNKNOWN_MEMBER_ID);
    const again = await join(first.memberId);
    expect(again.members).toHaveLength(1);
  });

  it("goes on without a member that is not heard of for its session timeout", async () => {
    const silent = await joinAlone({ sessionTimeoutMs: 20 });
    const heir = await join();
    expect(heir).toMatchObject({ error: errorCode.NONE, leaderId: heir.memberId });
    expect(group.heartbeat(silent.generation, silent.memberId)).toBe(errorCode.UNKNOWN_MEMBER_ID);
  });

  it("answers a member that missed the answer with the same again", async () => {
    const [first, second] = await Promise.all([join(), join()]);
    expect(await join(second.memberId)).toMatchObject({ generation: first.generation, memberId: second.memberId });
  });

  it("refuses members that know no protocol of the others, that it does not know, or that have left", async () => {
    const first = await joinAlone();
    expect((await join("", { protocol: "sticky" })).error).toBe(errorCode.INCONSISTENT_GROUP_PROTOCOL);
    expect((await join("nobody")).error).toBe(errorCode.UNKNOWN_MEMBER_ID);
    expect(group.leave(first.memberId)).toBe(errorCode.NONE);
    expect(group.leave(first.memberId)).toBe(errorCode.UNKNOWN_MEMBER_ID);
    expect(group.describe().state).toBe("Empty");
  });

  it("takes offsets from outside only while it has no members", async () => {
    expect(group.mayCommit(-1, "")).toBe(errorCode.NONE);
    const first = await joinAlone();
    expect(group.mayCommit(-1, "")).toBe(errorCode.UNKNOWN_MEMBER_ID);
    expect(group.mayCommit(first.generation, first.memberId)).toBe(errorCode.NONE);
  });

  it("never counts its generations anew, also when its broker was restarted", async () => {
    const before = await joinAlone();
    group.stop();
    group = openGroup();
    expect(group.heartbeat(before.generation, before.memberId)).toBe(errorCode.UNKNOWN_MEMBER_ID);
    expect((await join()).generation).toBeGreaterThan(before.generation);
  });
});
