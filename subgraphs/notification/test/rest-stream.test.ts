import { orderPaid, userDeleted, userSessionsRevoked } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { startShop, type TestShop } from "./harness";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
}, 60_000);
afterAll(() => shop.stop());

interface Told {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: { readonly cursor?: string; readonly title?: string; readonly code?: string };
}

/** A stream as a browser reads it. */
async function openStream(userId: string | null, headers: Record<string, string> = {}) {
  const leaving = new AbortController();
  const authorization: Record<string, string> =
    userId === null ? {} : { authorization: await shop.issuer.bearer({ userId }) };
  const response = await fetch(`http://127.0.0.1:${shop.port()}/v1/notifications/stream`, {
    headers: { accept: "text/event-stream", ...authorization, ...headers },
    signal: leaving.signal,
  });
  let text = "";
  const reading = (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
  })().catch(() => undefined);
  const told = (): Told[] =>
    text.split("\n\n").flatMap((block) => {
      const field = (name: string) => new RegExp(`^${name}:? ?(.*)$`, "m").exec(block)?.[1];
      const data = field("data");
      if (data === undefined) return [];
      return [{ id: field("id"), event: field("event"), data: JSON.parse(data) as Told["data"] }];
    });
  return {
    status: response.status,
    tells: (count: number) => eventually(() => Promise.resolve(told()), (all) => all.length >= count), // prettier-ignore
    ended: reading,
    leave: async () => {
      leaving.abort();
      await reading;
    },
  };
}

const pay = (userId: string) =>
  shop.publish(orderPaid, { orderId: createId("ord"), number: "A-1", userId, status: "PAID", lines: [] });

it("tells what comes as it comes, and what came since to who comes back with the last id", async () => {
  const userId = await shop.newUser();
  const stream = await openStream(userId);
  await pay(userId);
  const [first] = await stream.tells(1);
  expect(first).toMatchObject({ event: undefined, data: { cursor: first?.id, kind: "ORDER_PAID" } });
  await stream.leave();
  await pay(userId);
  await pay(userId);
  const again = await openStream(userId, { "last-event-id": first?.id ?? "" });
  const since = await again.tells(2);
  expect(new Set([first, ...since].map((told) => told?.id)).size).toBe(3);
  await again.leave();
});

it("is 401 to a stranger", async () => {
  expect((await openStream(null)).status).toBe(401);
});

it("tells of a cursor that is none, clears it, and ends", async () => {
  const stream = await openStream(await shop.newUser(), { "last-event-id": "nothing" });
  expect(await stream.tells(1)).toMatchObject([{ id: "", event: "problem", data: { code: "BAD_USER_INPUT" } }]);
  await stream.ended;
});

it("says so and ends where Redis was put back and has another notification in the place of the last", async () => {
  const userId = await shop.newUser();
  const stream = await openStream(userId);
  await pay(userId);
  await stream.tells(1);
  const key = (part: string) => `${shop.prefix}:{inbox/${userId}}:${part}`;
  const [newest = ""] = await shop.redis.zrange(key("order"), -1, -1);
  await shop.redis.zrem(key("order"), newest);
  await shop.redis.hincrby(key("state"), "sequence", -1);
  await pay(userId);
  const told = await stream.tells(2);
  expect(told.at(-1)).toMatchObject({ id: "", event: "problem", data: { code: "CURSOR_EXPIRED" } });
  await stream.ended;
});

it.each([
  ["their sessions are ended", (userId: string) => shop.publish(userSessionsRevoked, allOf(userId))],
  ["their account is deleted", (userId: string) => shop.publish(userDeleted, { userId })],
  ["their inbox is closed, before it is heard that their account is deleted", closeInbox],
])("tells who listens that they are not signed in any more, and ends, when %s", async (_when, end) => {
  const userId = await shop.newUser();
  const stream = await openStream(userId);
  await pay(userId);
  await stream.tells(1);
  await end(userId);
  expect((await stream.tells(2))[1]).toMatchObject({ event: "problem", data: { code: "UNAUTHENTICATED" } });
  await stream.ended;
});

function allOf(userId: string) {
  return { userId, all: true, before: new Date(Date.now() + 1_000).toISOString() };
}

async function closeInbox(userId: string): Promise<void> {
  const key = (part: string) => `${shop.prefix}:{inbox/${userId}}:${part}`;
  await shop.redis.multi().del(key("order"), key("entries"), key("state")).hset(key("state"), "closed", "1").exec();
}
