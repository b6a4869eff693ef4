// Lists of every filter and sort, held against the plainest way to make one: look at every comment there is.
import fc from "fast-check";
import { type PageAnswer, type Person, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

/** A comment as the database has it. */
interface Row {
  readonly id: string;
  readonly productId: string;
  readonly parentId: string | null;
  readonly authorId: string | null;
  readonly rating: number | null;
  readonly visibility: string;
  readonly likeCount: number;
  readonly openReports: number;
}

async function readRows(): Promise<Row[]> {
  const { rows } = await shop.sql.query<Row>(`
    SELECT id, product_id AS "productId", parent_id AS "parentId", author_id AS "authorId", rating, visibility::text,
           like_count AS "likeCount", open_reports AS "openReports" FROM comments`);
  return rows;
}

const placeOf: Record<string, (row: Row) => number> = {
  NEWEST: () => 0,
  OLDEST: () => 0,
  MOST_LIKED: ({ likeCount }) => -likeCount,
  HIGHEST_RATED: ({ rating }) => -(rating ?? 0),
  LOWEST_RATED: ({ rating }) => rating ?? 6,
};
const sorts = Object.keys(placeOf);

function sorted(rows: readonly Row[], sort: string): Row[] {
  const newestFirst = (a: Row, b: Row): number => (a.id < b.id ? 1 : -1) * (sort === "OLDEST" ? -1 : 1);
  const place = placeOf[sort] ?? (() => 0);
  return [...rows].sort((a, b) => place(a) - place(b) || newestFirst(a, b));
}

const isSeenBy = (viewer: Person | null, { visibility, authorId }: Row): boolean =>
  visibility === "VISIBLE" || viewer?.role === "STAFF" || (viewer !== null && viewer.userId === authorId);

interface Filter {
  readonly productId?: string;
  readonly authorId?: string;
  readonly rating?: number;
  readonly visibility?: string;
  readonly reported?: boolean;
}

const fits = (row: Row, { productId, authorId, rating, visibility, reported }: Filter): boolean =>
  (productId === undefined || row.productId === productId) &&
  (authorId === undefined || row.authorId === authorId) &&
  (rating === undefined || row.rating === rating) &&
  (visibility === undefined || row.visibility === visibility) &&
  (reported === undefined || row.openReports > 0 === reported);

/** All pages, and what is done between them. */
async function pagesOf(
  read: (page: { first: number; after: string | null }) => Promise<PageAnswer>,
  first: number,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<{ ids: string[]; totalCounts: number[] }> {
  const [ids, totalCounts]: [string[], number[]] = [[], []];
  for (let page = { hasNextPage: true, endCursor: null as string | null }; page.hasNextPage; await between()) {
    const answer = await read({ first, after: page.endCursor });
    expect(answer.edges.length).toBeLessThanOrEqual(first);
    ids.push(...answer.edges.map(({ node }) => node.id));
    totalCounts.push(answer.totalCount);
    page = answer.pageInfo;
  }
  return { ids, totalCounts };
}

const [nth, rating] = [fc.nat(99), fc.integer({ min: 1, max: 5 })];
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant("review"), who: nth, product: nth, rating } as const) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("reply"), who: nth, comment: nth } as const) },
  { weight: 8, arbitrary: fc.record({ act: fc.constantFrom("like", "unlike"), who: nth, comment: nth } as const) },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom("hide", "show", "report"), comment: nth } as const) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("rate"), comment: nth, rating } as const) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("delete"), comment: nth } as const) },
);
type Act = typeof act extends fc.Arbitrary<infer One> ? One : never;

interface Cast {
  readonly people: readonly Person[];
  readonly productIds: readonly string[];
  /** Of every comment that was ever written, and who wrote it. */
  readonly written: { readonly id: string; readonly by: Person }[];
}

const staff = someone("STAFF");
const pick = <One>(from: readonly One[], number: number): One => from[number % from.length] as One;

/** @returns the comment that was touched, if there was one */
async function perform(one: Act, { people, productIds, written }: Cast): Promise<string | undefined> {
  if (one.act === "review") {
    const by = pick(people, one.who);
    const { comment, errors } = await shop.tryReview(by, pick(productIds, one.product), { rating: one.rating });
    if (errors.length === 0 && comment !== null) written.push({ id: comment.id, by });
    return comment?.id;
  }
  if (written.length === 0) return undefined;
  const { id, by } = pick(written, one.comment);
  switch (one.act) {
    case "reply": {
      const replier = pick(people, one.who);
      const { comment } = await shop.tryReply(replier, id);
      if (comment !== null) written.push({ id: comment.id, by: replier });
      return comment?.id;
    }
    case "like":
    case "unlike":
      await shop[one.act](pick(people, one.who), id);
      return id;
    case "hide":
    case "show":
      await shop.moderate(staff, id, one.act === "hide" ? "HIDDEN" : "VISIBLE");
      return id;
    case "report":
      await shop.report(staff, id);
      return id;
    case "rate":
      await shop.edit(by, id, { rating: one.rating });
      return id;
    case "delete":
      await shop.remove(by, id);
      return id;
  }
}

const optional = <One>(values: fc.Arbitrary<One>): fc.Arbitrary<One | undefined> =>
  fc.option(values, { nil: undefined });
const look = fc.record({
  viewer: fc.constantFrom("anonymous", "customer", "staff"),
  product: optional(nth),
  author: optional(nth),
  rating: optional(rating),
  visibility: optional(fc.constantFrom("VISIBLE", "HIDDEN")),
  reported: optional(fc.boolean()),
  sort: fc.constantFrom(...sorts),
  first: fc.integer({ min: 1, max: 9 }),
});

async function castOf(productCount: number): Promise<Cast> {
  return {
    people: Array.from({ length: 8 }, () => someone()),
    productIds: await shop.products(productCount),
    written: [],
  };
}

it("has in every list what fits it, in its order, page by page, and counts it", async () => {
  const history = fc.array(act, { minLength: 40, maxLength: 60 });
  const property = fc.asyncProperty(history, fc.array(look, { minLength: 20, maxLength: 20 }), async (acts, looks) => {
    const cast = await castOf(2);
    for (const one of acts) await perform(one, cast);
    const rows = await readRows();
    for (const { viewer: kind, product, author, sort, first, ...more } of looks) {
      const viewer = { anonymous: null, customer: pick(cast.people, author ?? 0), staff }[kind];
      const reserved = kind !== "staff" && (more.reported !== undefined || more.visibility === "HIDDEN");
      const filter: Filter = {
        ...more,
        ...(product === undefined ? {} : { productId: pick(cast.productIds, product) }),
        ...(author === undefined ? {} : { authorId: pick(cast.people, author).userId }),
        ...(reserved ? { reported: undefined, visibility: undefined } : {}),
      };
      const expected = sorted(
        rows.filter((row) => fits(row, filter) && isSeenBy(viewer, row)),
        sort,
      ).map(({ id }) => id);
      const { ids, totalCounts } = await pagesOf((page) => shop.list(viewer, { filter, sort, ...page }), first);
      expect({ filter, sort, ids }).toEqual({ filter, sort, ids: expected });
      expect(new Set(totalCounts)).toEqual(new Set([expected.length]));
    }
  });
  await fc.assert(property, { numRuns: 1, endOnFailure: true });
});

it.each(sorts)("sorted %s, shows once and in order whatever is not touched while a reader pages", async (sort) => {
  const property = fc.asyncProperty(
    fc.array(act, { minLength: 25, maxLength: 40 }),
    fc.array(act, { minLength: 6, maxLength: 12 }),
    fc.integer({ min: 1, max: 4 }),
    async (before, meanwhile, first) => {
      const cast = await castOf(1);
      const [productId = ""] = cast.productIds;
      for (const one of before) await perform(one, cast);
      const touched = new Set<string | undefined>();
      const rows = await readRows();
      const acts = [...meanwhile];
      const read = (page: object): Promise<PageAnswer> => shop.list(staff, { filter: { productId }, sort, ...page });
      const { ids } = await pagesOf(read, first, async () => {
        const next = acts.shift();
        if (next !== undefined) touched.add(await perform(next, cast));
      });
      const untouched = (id: string): boolean => !touched.has(id);
      const expected = sorted(
        rows.filter((row) => row.productId === productId),
        sort,
      ).map(({ id }) => id);
      const emptied = await readRows();
      const stands = (id: string): boolean => emptied.some((row) => row.id === id);
      expect(ids.filter((id) => untouched(id) && stands(id))).toEqual(
        expected.filter((id) => untouched(id) && stands(id)),
      );
    },
  );
  await fc.assert(property, { numRuns: 1, endOnFailure: true });
});
