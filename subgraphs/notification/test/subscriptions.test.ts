import * as events from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { type Answer, startShop, type TestShop, type Watching } from "./harness";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ retention: { inboxMaxLength: 300, commentEventsMaxLength: 5 } });
}, 60_000);
afterAll(() => shop.stop());

interface Received {
  id: string;
  cursor: string;
  kind: string;
  title: string;
  subject: { id: string } | null;
}

const received = `subscription($after: String) { notificationReceived(after: $after) {
  id cursor kind title subject { ... on Order { id } }
} }`;

const notificationsIn = (answers: readonly Answer[]): Received[] =>
  answers.map(({ data }) => data?.["notificationReceived"] as Received);
const subjectsIn = (answers: readonly Answer[]) => notificationsIn(answers).map(({ subject }) => subject?.id);

/** All of one user, through one partition, so that they have an order. */
function orders(userId: string, count: number): events.OrderSnapshot[] {
  const number = createId("ord");
  return Array.from({ length: count }, () => ({ orderId: number, number, userId, status: "PAID", lines: [] }));
}

async function publishOrders(userId: string, count: number): Promise<string[]> {
  const published = orders(userId, count).map((order) => ({ ...order, orderId: createId("ord") }));
  await shop.publish(events.orderPaid, ...published);
  return published.map(({ orderId }) => orderId);
}

async function resumeCursorOf(user: string): Promise<string> {
  const answer = await shop.ask("{ notifications { resumeCursor } }", { as: user });
  return (answer.data?.["notifications"] as { resumeCursor: string }).resumeCursor;
}

async function writtenTo(user: string, count: number): Promise<void> {
  const sequence = () => shop.redis.hget(`${shop.prefix}:{inbox/${user}}:state`, "sequence");
  await eventually(sequence, (value) => Number(value) >= count);
}

describe("notificationReceived", () => {
  it("can be begun after the cursor of now, which the gateway asks for", async () => {
    const user = await shop.newUser();
    await publishOrders(user, 1);
    await writtenTo(user, 1);
    const { data } = await shop.ask("{ notificationsHead }", { as: user });
    const published = await publishOrders(user, 1);
    await writtenTo(user, 2);
    const mine = shop.watch(received, { as: user, variables: { after: data?.["notificationsHead"] } });
    expect(subjectsIn(await mine.received(1))).toEqual(published);
    mine.stop();
  });

  it("delivers in the order of the inbox what comes from now on, to the user alone", async () => {
    const [user, other] = [await shop.newUser(), await shop.newUser()];
    await publishOrders(user, 1);
    await writtenTo(user, 1);
    const mine = shop.watch(received, { as: user, variables: { after: await resumeCursorOf(user) } });
    const theirs = shop.watch(received, { as: other, variables: { after: await resumeCursorOf(other) } });
    const published = await publishOrders(user, 20);
    const answers = await mine.received(20);
    expect(subjectsIn(answers).sort()).toEqual(published.sort());
    const [forOther] = await publishOrders(other, 1);
    expect(subjectsIn(await theirs.received(1))).toEqual([forOther]);
    expect(mine.answers).toHaveLength(20);

    const list = await shop.ask("{ notifications(first: 100) { edges { node { id kind } } } }", { as: user });
    const { edges } = list.data?.["notifications"] as { edges: { node: { id: string; kind: string } }[] };
    const inInbox = edges.filter(({ node }) => node.kind === "ORDER_PAID").map(({ node }) => node.id);
    expect(
      notificationsIn(answers)
        .map(({ id }) => id)
        .reverse(),
    ).toEqual(inInbox.slice(0, 20));
  });

  it("pushes nothing when the same events come again", async () => {
    const user = await shop.newUser();
    const [order] = orders(user, 1);
    if (order === undefined) throw new Error("no order");
    const watching = shop.watch(received, { as: user, variables: { after: await resumeCursorOf(user) } });
    const records = await shop.publish(events.orderPaid, order);
    await watching.received(1);
    await shop.publishAgain(records);
    await shop.publish(events.orderShipped, order); // behind it in its partition
    const kinds = notificationsIn(await watching.received(2)).map(({ kind }) => kind);
    expect(kinds).toEqual(["ORDER_PAID", "ORDER_SHIPPED"]);
  });

  it("resumes after a lost line, while more arrives, without a gap or a repeat", async () => {
    const user = await shop.newUser();
    let after = await resumeCursorOf(user);
    const total = 200;
    const publishing = (async () => {
      const published: string[] = [];
      for (let sent = 0; sent < total; sent += 10) published.push(...(await publishOrders(user, 10)));
      return published;
    })();
    const seen: Received[] = [];
    while (seen.length < total) {
      const watching = shop.watch(received, { as: user, variables: { after } });
      const some = notificationsIn(await watching.received(Math.min(27, total - seen.length)));
      watching.stop();
      seen.push(...some);
      after = some.at(-1)?.cursor ?? after;
    }
    const published = await publishing;
    expect(seen).toHaveLength(total);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(total);
    expect(seen.map(({ subject }) => subject?.id).sort()).toEqual(published.sort());
  });

  it("goes on over a restart of the service, from the cursor, with what came meanwhile", async () => {
    const user = await shop.newUser();
    const watching = shop.watch(received, { as: user, variables: { after: await resumeCursorOf(user) } });
    const before = await publishOrders(user, 5);
    const first = notificationsIn(await watching.received(5));
    let meanwhile: string[] = [];
    await shop.restart(async () => {
      expect(await watching.ended).toMatchObject({ code: 1001 });
      meanwhile = await publishOrders(user, 5);
    });
    const resumed = shop.watch(received, { as: user, variables: { after: first.at(-1)?.cursor } });
    const after = await publishOrders(user, 5);
    const rest = await resumed.received(10);
    expect([...first.map(({ subject }) => subject?.id), ...subjectsIn(rest)].sort()).toEqual(
      [...before, ...meanwhile, ...after].sort(),
    );
  });

  it("merges announcements and what is the user's own, and resumes behind either", async () => {
    const user = createId("usr");
    const title = `Sale ${user}`;
    const after = await resumeCursorOf(user);
    const watching = shop.watch(received, { as: user, variables: { after } });
    const announce = () =>
      shop.publish(events.systemAnnounced, { announcementId: createId("ann"), title, body: "Today." });
    // Other tests announce as well.
    const ofThis = async (one: Watching, count: number): Promise<Received[]> => {
      const own = () => notificationsIn(one.answers).filter((it) => it.title === title || it.kind === "ORDER_PAID");
      return eventually(
        () => Promise.resolve(own()),
        (some) => some.length >= count,
      );
    };
    await announce();
    await ofThis(watching, 1);
    await publishOrders(user, 1);
    await ofThis(watching, 2);
    await announce();
    const all = await ofThis(watching, 3);
    expect(all.map(({ kind }) => kind)).toEqual(["SYSTEM_ANNOUNCEMENT", "ORDER_PAID", "SYSTEM_ANNOUNCEMENT"]);
    for (const [index, { cursor }] of all.slice(0, 2).entries()) {
      const rest = shop.watch(received, { as: user, variables: { after: cursor } });
      expect((await ofThis(rest, 2 - index)).map(({ id }) => id)).toEqual(all.slice(index + 1).map(({ id }) => id));
      rest.stop();
    }
  });

  it("catches up in the order of the list, where more waits than is read at once", async () => {
    const user = createId("usr");
    const after = await resumeCursorOf(user);
    const announced = { body: "Today.", title: "Sale" };
    let written = 0;
    for (const count of [70, 80, 30]) {
      await publishOrders(user, count);
      await writtenTo(user, (written += count));
      await shop.publish(events.systemAnnounced, { announcementId: createId("ann"), ...announced });
    }
    const list: string[] = [];
    for (let place: string | null = null, isMore = true; isMore;) {
      const query = `query($after: String) { notifications(first: 100, after: $after) {
        edges { node { id } } pageInfo { hasNextPage endCursor } } }`;
      type Page = { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
      const { data }: Answer = await shop.ask(query, { as: user, variables: { after: place } });
      const { edges, pageInfo } = data?.["notifications"] as Page;
      list.unshift(...edges.map(({ node }) => node.id).reverse());
      [place, isMore] = [pageInfo.endCursor, pageInfo.hasNextPage];
    }
    const watching = shop.watch(received, { as: user, variables: { after } });
    await watching.received(written);
    const caughtUp = await eventually(
      () => Promise.resolve(notificationsIn(watching.answers).map(({ id }) => id)),
      (ids) => ids.includes(list.at(-1) ?? ""),
    );
    const since = new Set(caughtUp); // announcements of other tests may lie before the cursor
    expect(caughtUp.slice(0, list.filter((id) => since.has(id)).length)).toEqual(list.filter((id) => since.has(id)));
    watching.stop();
  });

  it("says CURSOR_EXPIRED where what follows the cursor was trimmed away, and refuses what is no cursor", async () => {
    const user = await shop.newUser();
    const beginning = await resumeCursorOf(user);
    await publishOrders(user, 301);
    await writtenTo(user, 301);
    const expired = shop.watch(received, { as: user, variables: { after: beginning } });
    expect((await expired.received(1))[0]?.errors?.[0]?.extensions.code).toBe("CURSOR_EXPIRED");
    expect(await expired.ended).toBeNull();
    const nonsense = shop.watch(received, { as: user, variables: { after: "nonsense" } });
    expect((await nonsense.received(1))[0]?.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
    const anonymous = shop.watch(received);
    expect((await anonymous.received(1))[0]?.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });

  it("says CURSOR_EXPIRED when Redis was put back and has another notification in the cursor's place", async () => {
    const user = await shop.newUser();
    const watching = shop.watch(received, { as: user, variables: { after: await resumeCursorOf(user) } });
    await publishOrders(user, 3);
    const cursor = notificationsIn(await watching.received(3)).at(-1)?.cursor;
    const key = (part: string) => `${shop.prefix}:{inbox/${user}}:${part}`;
    const [newest = ""] = await shop.redis.zrange(key("order"), -1, -1);
    await shop.redis.zrem(key("order"), newest);
    await shop.redis.hset(key("state"), "sequence", 2);
    await publishOrders(user, 1);
    expect(await watching.ended).toMatchObject([{ extensions: { code: "CURSOR_EXPIRED" } }]);
    const resumed = shop.watch(received, { as: user, variables: { after: cursor } });
    expect((await resumed.received(1))[0]?.errors?.[0]?.extensions.code).toBe("CURSOR_EXPIRED");
  });

  it("is served by any instance, each user's to the user alone", async () => {
    const another = await shop.startAnother();
    try {
      const users = await Promise.all(Array.from({ length: 10 }, () => shop.newUser()));
      const watchings = await Promise.all(
        users.map(async (user, index) => {
          const after = await resumeCursorOf(user);
          return shop.watch(received, { as: user, variables: { after }, port: index % 2 ? another.port : undefined });
        }),
      );
      const published = await Promise.all(users.map((user) => publishOrders(user, 5)));
      for (const [index, watching] of watchings.entries()) {
        expect(subjectsIn(await watching.received(5)).sort()).toEqual(published[index]?.sort());
      }
    } finally {
      await another.stop();
    }
  });
});
