// People who review, answer, like and think again while the service, its database and the broker are killed: when all is
// quiet, every answer that was given holds, once.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { type CommentShop, startCommentShop } from "./comment-shop";
import { eventsOfComments, type EventTape, startEventTape } from "./event-tape";
import { figure, report } from "./figures";
import { createKiller } from "./killer";
import { someone } from "./people";
import { untilAnswered } from "./persistent-client";
import { takeSeed } from "./seed";

let shop: CommentShop;
let tape: EventTape;
beforeAll(async () => {
  shop = await startCommentShop();
  tape = startEventTape(shop.env, eventsOfComments);
}, 120_000);
afterAll(async () => {
  await tape.stop();
  await shop.stop();
});

it("keeps what it answered, and tells of it once, through kills -9 during reviews, likes, edits and deletions", async () => {
  const people = figure({ short: 24, full: 200 });
  const peopleAtOnce = 12;
  const kill = fc.record({
    victim: fc.constantFrom("comment", "comment", "comment", "postgres", "kafka"),
    at: fc.nat(people - peopleAtOnce), // the number of the person who has just come
    afterMs: fc.nat(300),
  });
  const kills = fc.sample(kill, { seed: takeSeed("comment kills"), numRuns: figure({ short: 2, full: 12 }) });
  const killer = createKiller(shop.processes);
  const productId = await shop.addProduct();
  const first = (await shop.review(someone(), productId, 5)).comment?.id ?? "";

  const ratingOf = (number: number): number => 1 + (number % 5);
  const [isGone, isHidden, likes] = [every(5), every(7), every(2)];

  async function visit(number: number): Promise<void> {
    for (const { victim, at, afterMs } of kills) if (at === number) void killer.restart(victim, afterMs);
    const [ada, reviewKey, replyKey] = [someone(), randomUUID(), randomUUID()];
    const { comment } = await untilAnswered(() => shop.review(ada, productId, 1, reviewKey));
    const id = comment?.id ?? "";
    await Promise.all([
      untilAnswered(() => shop.reply(ada, first, replyKey)),
      untilAnswered(() => shop.like(ada, first)),
      untilAnswered(() => shop.rate(ada, id, ratingOf(number))),
    ]);
    await untilAnswered(() => shop.unlike(ada, first));
    if (likes(number)) await untilAnswered(() => shop.like(ada, first));
    if (isHidden(number)) await untilAnswered(() => shop.hide(id));
    // A second call, where the first one's answer was lost, finds nothing: that is an answer too.
    if (isGone(number)) await untilAnswered(() => shop.remove(ada, id));
  }
  let next = 1;
  async function comeAndGo(): Promise<void> {
    while (next <= people) await visit(next++);
  }
  await Promise.all(Array.from({ length: peopleAtOnce }, comeAndGo));
  await killer.settled();
  const restMs = await untilAllIsTold();
  report(
    `${people} people through ${kills.length} kills: all was told ${(restMs / 1_000).toFixed(1)} s after the last`,
  );

  const numbers = Array.from({ length: people }, (_none, index) => index + 1);
  const seen = numbers.filter((number) => !isGone(number) && !isHidden(number));
  const histogram = [1, 2, 3, 4, 5].map((star) => seen.filter((number) => ratingOf(number) === star).length);
  histogram[4] = (histogram[4] ?? 0) + 1; // the first review
  expect(await shop.histogramOf(productId)).toEqual(histogram);
  expect(await shop.recomputeRatings()).toBe("1 products, the ratings of 0 changed\n");
  const { rows } = await shop.sql.query(
    `SELECT like_count AS likes, (SELECT count(*)::int FROM comments WHERE parent_id = $1) AS replies,
            (SELECT count(*)::int FROM comments WHERE parent_id IS NULL) AS reviews FROM comments WHERE id = $1`,
    [first],
  );
  const gone = numbers.filter(isGone).length;
  expect(rows).toEqual([{ likes: numbers.filter(likes).length, replies: people, reviews: 1 + people - gone }]);
  expect(countByType()).toEqual({
    added: 1 + 2 * people,
    edited: numbers.filter((number) => ratingOf(number) !== 1).length,
    liked: people,
    hidden: numbers.filter(isHidden).length,
    deleted: gone,
  });
}, 280_000);

function every(nth: number): (number: number) => boolean {
  return (number) => number % nth === 0;
}

/** Waits until a consumer has seen all that was written, of each comment in its order. @returns how long that took */
async function untilAllIsTold(): Promise<number> {
  const startedAt = Date.now();
  for (;;) {
    const { rows } = await shop.sql.query<{ commentId: string; ids: string[] }>(
      `SELECT payload->>'commentId' AS "commentId", array_agg(event_id ORDER BY position) AS ids
         FROM outbox WHERE topic = 'comment.v1' GROUP BY 1`,
    );
    const seen = new Map<string, string[]>();
    for (const { eventId, payload } of tape.events.values()) {
      const { commentId } = payload as { commentId: string };
      seen.set(commentId, [...(seen.get(commentId) ?? []), eventId]);
    }
    const missing = rows.filter(({ commentId, ids }) => seen.get(commentId)?.join() !== ids.join());
    if (missing.length === 0) return Date.now() - startedAt;
    if (Date.now() - startedAt > 60_000) throw new Error(`not told, or not in order: ${JSON.stringify(missing)}`);
    await sleep(250);
  }
}

function countByType(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of tape.events.values()) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
