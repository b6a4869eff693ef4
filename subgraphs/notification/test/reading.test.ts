import * as events from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { type Answer, startShop, type TestShop } from "./harness";
import { createInboxReader, type Inbox, type Listed, listQuery, order } from "./inbox-reader";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ retention: { inboxMaxLength: 100 } });
}, 60_000);
afterAll(() => shop.stop());

const { inboxOf, wholeInboxOf, notificationsOf, unreadOf } = createInboxReader(() => shop);

describe("reading", () => {
  const markRead =
    "mutation($id: ID!) { markNotificationRead(id: $id) { notification { id cursor readAt } viewer { unreadNotifications } errors { code } } }";
  const markAll =
    "mutation($upTo: String!) { markAllNotificationsRead(upTo: $upTo) { markedRead viewer { unreadNotifications } errors { code path } } }";

  async function inboxWith(count: number): Promise<{ user: string; list: Listed[] }> {
    const user = await shop.newUser();
    await shop.publish(events.userRegistered, { userId: user, displayName: "Ada" });
    await notificationsOf(user, 1);
    await shop.publish(events.orderPaid, ...Array.from({ length: count - 1 }, () => order(user)));
    return { user, list: await notificationsOf(user, count) };
  }

  it("pages from the newest to the oldest without a gap or a repeat", async () => {
    const { user, list } = await inboxWith(9);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Inbox = await inboxOf(user, { first: 4, after });
      seen.push(...page.edges.map(({ node }) => node.id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(list.map(({ id }) => id));
    expect(list.at(-1)?.kind).toBe("WELCOME");
  });

  it("counts what is unread at the moment that its page and its cursor are of, whatever arrives meanwhile", async () => {
    const user = await shop.newUser();
    const arriving = shop.publish(events.orderPaid, ...Array.from({ length: 60 }, () => order(user)));
    for (let told = 0; told < 60;) {
      const { edges, unreadCount } = await inboxOf(user, { first: 100 });
      told = edges.length;
      expect(unreadCount).toBe(told);
    }
    await arriving;
  });

  it("counts exactly what is unread, and marks one or all up to a cursor", async () => {
    const { user, list } = await inboxWith(6);
    expect(await unreadOf(user)).toBe(6);
    for (const _twice of [1, 2]) {
      const one = await shop.ask(markRead, { as: user, variables: { id: list[2]?.id } });
      expect(one.data?.["markNotificationRead"]).toMatchObject({
        notification: { id: list[2]?.id, cursor: list[2]?.cursor, readAt: expect.any(String) as string },
        viewer: { unreadNotifications: 5 },
        errors: [],
      });
    }
    const { resumeCursor } = await inboxOf(user);
    await shop.publish(events.orderShipped, order(user));
    await notificationsOf(user, 7);
    const rest = await shop.ask(markAll, { as: user, variables: { upTo: resumeCursor } });
    expect(rest.data?.["markAllNotificationsRead"]).toEqual({
      markedRead: 5,
      viewer: { unreadNotifications: 1 },
      errors: [],
    });
    const unread = await inboxOf(user, { unreadOnly: true });
    expect(unread.edges.map(({ node }) => node.kind)).toEqual(["ORDER_SHIPPED"]);
    const bad = await shop.ask(markAll, { as: user, variables: { upTo: "nonsense" } });
    expect(bad.data?.["markAllNotificationsRead"]).toMatchObject({
      markedRead: 0,
      errors: [{ code: "INVALID_INPUT", path: ["upTo"] }],
    });
  });

  it.each([{ first: 0 }, { first: 101 }, { after: "nonsense" }])("refuses %j as a page", async (variables) => {
    const answer = await shop.ask(listQuery, { as: createId("usr"), variables });
    expect(answer.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });

  it("tells the unread count to the user alone", async () => {
    const { user } = await inboxWith(1);
    const query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { unreadNotifications } } }";
    const variables = { r: [{ __typename: "User", id: user }] };
    for (const as of [createId("usr"), undefined]) {
      expect((await shop.ask(query, { as, variables })).data?.["_entities"]).toEqual([{ unreadNotifications: null }]);
    }
  });
});

describe("races", () => {
  it("leave the unread count exact: what is listed as unread", async () => {
    const user = await shop.newUser();
    await shop.publish(events.orderPaid, ...Array.from({ length: 10 }, () => order(user)));
    const first = await notificationsOf(user, 10);
    const markOne = "mutation($id: ID!) { markNotificationRead(id: $id) { errors { code } } }";
    const markAll = "mutation($upTo: String!) { markAllNotificationsRead(upTo: $upTo) { markedRead } }";
    const upTo = first[4]?.cursor; // the sixth that came
    const [, ...marked] = await Promise.all([
      shop.publish(events.orderShipped, ...Array.from({ length: 10 }, () => order(user))),
      ...Array.from({ length: 8 }, () => shop.ask(markAll, { as: user, variables: { upTo } })),
      ...first.slice(0, 8).map(({ id }) => shop.ask(markOne, { as: user, variables: { id } })),
    ]);
    const list = await notificationsOf(user, 20);
    expect(list.filter(({ readAt }) => readAt === null)).toHaveLength(10);
    expect(await unreadOf(user)).toBe(10);
    const byAll = marked.map(
      ({ data }) => (data?.["markAllNotificationsRead"] as { markedRead: number } | undefined)?.markedRead ?? 0,
    );
    const sum = byAll.reduce((total, count) => total + count, 0);
    expect(sum).toBeLessThanOrEqual(6); // each was counted once, by whoever came first
  });
});

describe("announcements", () => {
  const announce =
    "mutation($title: String!, $body: String!, $key: String!) { announce(title: $title, body: $body, idempotencyKey: $key) { accepted errors { code path } } }";
  const staff = { as: createId("usr"), role: "STAFF" as const };
  const titlesOf = async (user: string): Promise<string[]> => (await wholeInboxOf(user)).map(({ title }) => title);

  it("reach everyone, between what else there is, once, and not those who came later", async () => {
    const user = createId("usr");
    const title = `Sale ${createId("ann")}`;
    await shop.publish(events.userRegistered, { userId: user, displayName: "Ada" });
    await notificationsOf(user, 1);
    const variables = { title, body: "Everything must go.", key: createId("evt") };
    for (const _twice of [1, 2]) {
      const answer = await shop.ask(announce, { ...staff, variables });
      expect(answer.data?.["announce"]).toEqual({ accepted: true, errors: [] });
    }
    await eventually(
      () => titlesOf(user),
      (titles) => titles.includes(title),
    );
    await shop.publish(events.orderPaid, order(user));
    await notificationsOf(user, 2);
    // Other tests announce as well.
    const told = (await wholeInboxOf(user)).filter((it) => it.title === title || it.kind !== "SYSTEM_ANNOUNCEMENT");
    expect(told.map((it) => it.title)).toEqual(["Order K7-2041 is paid", title, "Welcome, Ada!"]);

    const late = createId("usr");
    expect(await titlesOf(late)).not.toContain(title); // before it is known that they registered
    await shop.publish(events.userRegistered, { userId: late, displayName: "Bob" });
    await notificationsOf(late, 1);
    expect(await titlesOf(late)).not.toContain(title);
  });

  it("are read by each reader alone", async () => {
    const [reader, other] = [createId("usr"), createId("usr")];
    const title = `Sale ${createId("ann")}`;
    await shop.ask(announce, { ...staff, variables: { title, body: "Today.", key: createId("evt") } });
    const inInboxOf = async (user: string) => (await wholeInboxOf(user)).find((it) => it.title === title);
    const announcement = await eventually(
      () => inInboxOf(reader),
      (found) => found !== undefined,
    );
    await shop.ask("mutation($id: ID!) { markNotificationRead(id: $id) { errors { code } } }", {
      as: reader,
      variables: { id: announcement?.id },
    });
    expect((await inInboxOf(reader))?.readAt).not.toBeNull();
    expect((await inInboxOf(other))?.readAt).toBeNull();
    const mute = "mutation { updateNotificationPreferences(muted: [SYSTEM_ANNOUNCEMENT]) { errors { code } } }";
    await shop.ask(mute, { as: other });
    expect(await unreadOf(other)).toBe(0);
  });

  it("are for STAFF to make, with a key that stands for one text", async () => {
    const variables = { title: "A", body: "B", key: createId("evt") };
    const byCustomer: Answer = await shop.ask(announce, { as: createId("usr"), variables });
    expect(byCustomer.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    await shop.ask(announce, { ...staff, variables });
    const reused = await shop.ask(announce, { ...staff, variables: { ...variables, body: "C" } });
    expect(reused.data?.["announce"]).toEqual({
      accepted: false,
      errors: [{ code: "IDEMPOTENCY_KEY_REUSED", path: ["idempotencyKey"] }],
    });
    const empty = await shop.ask(announce, { ...staff, variables: { title: " ", body: "", key: "" } });
    expect(empty.data?.["announce"]).toMatchObject({
      accepted: false,
      errors: [{ path: ["title"] }, { path: ["body"] }, { path: ["idempotencyKey"] }],
    });
  });

  it.each(["\u0000", "\ud800", "\u001b[2J"])("are no text that another store would refuse: %j", async (text) => {
    const variables = { title: `Sale ${text}`, body: `Today ${text}.`, key: createId("evt") };
    const refused = await shop.ask(announce, { ...staff, variables });
    expect(refused.data?.["announce"]).toEqual({
      accepted: false,
      errors: [
        { code: "INVALID_INPUT", path: ["title"] },
        { code: "INVALID_INPUT", path: ["body"] },
      ],
    });
  });

  it("may have several lines", async () => {
    const variables = { title: "Sale", body: "Today.\n\tAnd tomorrow.\r\n", key: createId("evt") };
    const { data } = await shop.ask(announce, { ...staff, variables });
    expect(data?.["announce"]).toEqual({ accepted: true, errors: [] });
  });
});
