import { randomUUID } from "node:crypto";
import {
  commentAdded,
  commentDeleted,
  commentEdited,
  commentHidden,
  commentLiked,
  commentShown,
} from "@shop/event-contracts";
import { createMessageBus, handle, type ReceivedEvent, startConsumer } from "@shop/messaging";
import { createLogger } from "@shop/telemetry";
import { someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

it("publishes in order what happens to a product's comments", async () => {
  const log = createLogger("test");
  log.level = "silent";
  const bus = createMessageBus({ brokers: shop.config.kafkaBrokers, clientId: "test", topics: ["comment.v1"], log });
  const received: { eventId: string; type: string; commentId: string }[] = [];
  let look: () => void = () => undefined;
  const events = { commentAdded, commentEdited, commentDeleted, commentHidden, commentShown };
  const note =
    (type: string) =>
    ({ eventId, payload: { commentId } }: ReceivedEvent<{ commentId: string }>) => {
      // Each comes once at least: a relay or a reader that was cut off tells it again.
      if (received.every((earlier) => earlier.eventId !== eventId)) received.push({ eventId, type, commentId });
      look();
      return Promise.resolve();
    };
  const consumer = startConsumer({
    bus,
    groupId: `test-${randomUUID()}`,
    handlers: [
      ...Object.values(events).map((event) => handle(event, note(event.type))),
      handle(commentLiked, note("liked")),
    ],
    isOutage: () => true,
    log,
  });
  try {
    const [author, staff] = [someone(), someone("STAFF")];
    const { id } = await shop.review(author, await shop.product());
    await shop.edit(author, id, { body: "Better." });
    await shop.like(someone(), id);
    await shop.moderate(staff, id, "HIDDEN");
    await shop.moderate(staff, id, "VISIBLE");
    await shop.remove(author, id);
    const own = await new Promise<string[]>((resolve) => {
      look = () => {
        const types = received.filter(({ commentId }) => commentId === id).map(({ type }) => type);
        if (types.at(-1) === "deleted") resolve(types);
      };
      look();
    });
    expect(own).toEqual(["added", "edited", "liked", "hidden", "shown", "deleted"]);
  } finally {
    await consumer.stop();
    await bus.stop();
  }
});
