// Everything at once to one product's comments: afterwards what is counted is what there is, and what was told is what was.
import fc from "fast-check";
import { type Person, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

const staff = someone("STAFF");
const people = Array.from({ length: 10 }, () => someone());
const pick = <One>(from: readonly One[], number: number): One => from[number % from.length] as One;

const acts = [
  "review",
  "reply",
  "reply",
  "like",
  "like",
  "unlike",
  "report",
  "hide",
  "show",
  "rate",
  "delete",
] as const;
const act = fc.record({ act: fc.constantFrom(...acts), who: fc.nat(99), comment: fc.nat(99), rating: fc.nat(4) });

it("counts and tells of everything once, in its order, without a deadlock, and a recount beside it changes nothing", async () => {
  const productId = await shop.product();
  const written: { id: string; by: Person }[] = [];
  const add = async (by: Person, answer: ReturnType<TestShop["tryReview"]>): Promise<void> => {
    const { comment, errors } = await answer;
    if (comment !== null && errors.length === 0) written.push({ id: comment.id, by });
  };
  await Promise.all(people.slice(0, 3).map((by) => add(by, shop.tryReview(by, productId))));

  const waiting = fc.sample(act, 200);
  async function live(): Promise<void> {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [who, { id, by }, rating] = [pick(people, next.who), pick(written, next.comment), next.rating + 1];
      if (next.act === "review") await add(who, shop.tryReview(who, productId, { rating }));
      else if (next.act === "reply") await add(who, shop.tryReply(who, id));
      else if (next.act === "like") await shop.like(who, id);
      else if (next.act === "unlike") await shop.unlike(who, id);
      else if (next.act === "report") await shop.report(who, id);
      else if (next.act === "hide") await shop.moderate(staff, id, "HIDDEN");
      else if (next.act === "show") await shop.moderate(staff, id, "VISIBLE");
      else if (next.act === "rate") await shop.edit(by, id, { rating });
      else await shop.remove(by, id);
    }
  }
  const everybody = Promise.all(Array.from({ length: 25 }, live));
  const changed = [await shop.recomputeRatings(), await shop.recomputeRatings()];
  await everybody;
  expect([...changed, await shop.recomputeRatings()]).toEqual([0, 0, 0]);
  expect(await disagreements()).toEqual([]);
  expect(await storiesThatCannotBe()).toEqual([]);
  const deadlocks = "SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()";
  expect((await shop.sql.query(deadlocks)).rows).toEqual([{ deadlocks: 0 }]);
});

/** Comments that count what there is not, and empty ones that nobody replied to. */
async function disagreements(): Promise<string[]> {
  const { rows } = await shop.sql.query<{ id: string }>(`
    SELECT id FROM comments WHERE like_count <> (
        SELECT count(*) FROM likes WHERE comment_id = comments.id AND withdrawn_at IS NULL)
      OR open_reports <> (SELECT count(*) FROM reports WHERE comment_id = comments.id AND settled_at IS NULL)
      OR deleted_at IS NOT NULL AND NOT EXISTS (SELECT FROM comments AS reply WHERE reply.parent_id = comments.id)`);
  return rows.map(({ id }) => id);
}

/** What was told of each comment, where that is no life of one, or another than it had. */
async function storiesThatCannotBe(): Promise<string[]> {
  const { rows } = await shop.sql.query<{ story: string; stands: boolean; likers: number; likes: number }>(`
    SELECT string_agg(type, ' ' ORDER BY position) FILTER (WHERE type <> 'liked') AS story,
           bool_or(EXISTS (SELECT FROM comments WHERE id = payload->>'commentId' AND deleted_at IS NULL)) AS stands,
           count(DISTINCT payload->>'likerId')::int AS likers, count(*) FILTER (WHERE type = 'liked')::int AS likes
      FROM outbox WHERE topic = 'comment.v1' GROUP BY payload->>'commentId'`);
  const life = /^added( edited)*( hidden( edited)* shown( edited)*)*( hidden( edited)*)?( deleted)?$/;
  return rows
    .filter(
      ({ story, stands, likers, likes }) =>
        !life.test(story) || likers !== likes || story.endsWith("deleted") === stands,
    )
    .map(({ story, likers, likes }) => `${story}, ${likes} likes of ${likers}`);
}
