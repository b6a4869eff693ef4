import { measureOneByOne, type OneByOneFigures } from "../load/one-by-one";
import { type LatencySummary, summariseLatencies } from "../load/latencies";
import { type Reviews } from "./reviews";
import { type AskComments, type RunningComments } from "./running-comments";

export type Figures = OneByOneFigures<"comment" | "postgres">;

export interface ReadResult extends Figures {
  readonly name: string;
}

export interface Storm {
  readonly likers: number;
  readonly changesPerSecond: number;
  /** Of one like or its being taken back. */
  readonly change: LatencySummary;
  /** Of a page by likes, asked for meanwhile. */
  readonly page: LatencySummary;
  /** How many like the review then, as it says and as it was answered. */
  readonly counted: number;
  readonly expected: number;
}

const pageSize = 20;
const longPage = 100;
const sorts = ["NEWEST", "OLDEST", "MOST_LIKED", "HIGHEST_RATED", "LOWEST_RATED"] as const;

const ofProducts = (fields: string, variables = ""): string =>
  `query ($representations: [_Any!]! ${variables}) {
    _entities(representations: $representations) { ... on Product { ${fields} } } }`;
const lists = (fields: string): string =>
  ofProducts(
    `comments(sort: $sort, first: $first, after: $after) { ${fields} }`,
    "$sort: CommentSort, $first: Int, $after: String",
  );
// What stands below a product in a shop.
const page =
  lists(`totalCount edges { node { id author { id } rating body likeCount likedByMe verifiedPurchase createdAt
  editedAt replies(first: 2) { totalCount edges { node { id author { id } body } } } } } pageInfo { hasNextPage endCursor }`);
const places = lists("pageInfo { endCursor }");
const ratings = ofProducts("ratings { average count histogram }");
const best = ofProducts(
  "ratings { average count } comments(sort: MOST_LIKED, first: 3) { edges { node { id rating body } } }",
);

const representationsOf = (ids: readonly string[]) => ids.map((id) => ({ __typename: "Product", id }));

interface PagedProduct {
  readonly comments: { readonly pageInfo: { readonly endCursor: string } };
}

/** Reads everything a number of times, one after the other. */
export async function measureReads(
  comments: RunningComments,
  { ofFirst, productIds, userIds }: Reviews,
  times: number,
): Promise<ReadResult[]> {
  const viewerOf = (n: number): string => userIds[n % userIds.length] ?? "";
  const first = representationsOf(productIds.slice(0, 1));
  const all = representationsOf(productIds);
  const results: ReadResult[] = [];
  const read = async (name: string, query: string, variables: object): Promise<void> => {
    const askFor = (n: number): Promise<unknown> => comments.ask(query, variables, viewerOf(n));
    results.push({ name, ...(await measureOneByOne(times, askFor, () => comments.readCpuMs())) });
  };
  for (const sort of sorts) {
    const named = sort.toLowerCase().replace("_", " ");
    await read(`a page, ${named}`, page, { representations: first, sort, first: pageSize });
    const after = await passPages(comments.ask, { representations: first, sort }, viewerOf(0), ofFirst / 2 / longPage);
    await read(`a page from the middle, ${named}`, page, { representations: first, sort, first: pageSize, after });
  }
  await read("ratings of one product", ratings, { representations: first });
  await read("ratings of 100 products", ratings, { representations: all });
  await read("ratings and the three most liked of 100 products", best, { representations: all });
  return results;
}

/** @returns the cursor behind so many long pages of a list */
async function passPages(ask: AskComments, list: object, viewer: string, pages: number): Promise<string | null> {
  let after: string | null = null;
  for (let passed = 0; passed < pages; passed++) {
    const [product]: PagedProduct[] = await ask(places, { ...list, first: longPage, after }, viewer);
    after = product?.comments.pageInfo.endCursor ?? after;
  }
  return after;
}

interface Liked {
  readonly comment: { readonly likeCount: number };
}

const changeOf = (field: "likeComment" | "unlikeComment"): string =>
  `mutation ($id: ID!) { ${field}(id: $id) { comment { likeCount } errors { code } } }`;
const [liking, unliking] = [changeOf("likeComment"), changeOf("unlikeComment")];
const pageIntervalMs = 100;

/** Many like one review and take it back, each again as soon as it is answered, while somebody reads. */
export async function measureStorm(
  { ask }: RunningComments,
  { productIds, reviewIds, userIds }: Reviews,
  { likers, durationMs }: { likers: number; durationMs: number },
): Promise<Storm> {
  const id = reviewIds.at(-1) ?? "";
  const reader = userIds[0] ?? "";
  const before = (await ask<Liked>(unliking, { id }, reader)).comment.likeCount;
  const [changeMs, pageMs]: number[][] = [[], []];
  const timed = async (spent: number[] | undefined, work: Promise<unknown>): Promise<void> => {
    const startedAtMs = performance.now();
    await work;
    spent?.push(performance.now() - startedAtMs);
  };
  const startedAtMs = performance.now();
  const isOn = (): boolean => performance.now() - startedAtMs < durationMs;
  const likeAndThinkAgain = async (userId: string): Promise<boolean> => {
    let likes = false;
    while (isOn()) {
      await timed(changeMs, ask(likes ? unliking : liking, { id }, userId));
      likes = !likes;
    }
    return likes;
  };
  const read = async (): Promise<void> => {
    const variables = {
      representations: representationsOf(productIds.slice(0, 1)),
      sort: "MOST_LIKED",
      first: pageSize,
    };
    while (isOn()) {
      await timed(pageMs, ask(page, variables, reader));
      await new Promise((resolve) => setTimeout(resolve, pageIntervalMs));
    }
  };
  const people = userIds.slice(1, 1 + likers);
  const [like] = await Promise.all([Promise.all(people.map(likeAndThinkAgain)), read()]);
  const tookMs = performance.now() - startedAtMs;
  const { comment } = await ask<Liked>(unliking, { id }, reader);
  return {
    likers,
    changesPerSecond: ((changeMs?.length ?? 0) * 1_000) / tookMs,
    change: summariseLatencies(changeMs ?? []),
    page: summariseLatencies(pageMs ?? []),
    counted: comment.likeCount,
    expected: before + like.filter(Boolean).length,
  };
}
