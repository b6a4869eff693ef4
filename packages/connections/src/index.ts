import { badUserInput } from "@shop/graphql-errors";
import { type z } from "zod";

const maxFirst = 100;

/** A page as a use case is asked for it. `after` is the parsed cursor, the sort key of the last row already seen. */
export interface Page<Cursor> {
  readonly first: number;
  readonly after: Cursor | null;
}

export interface Connection<Node> {
  readonly edges: { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** Packs a row's sort key; opaque to clients. */
export function encodeCursor(sortKey: unknown): string {
  return Buffer.from(JSON.stringify(sortKey)).toString("base64url");
}

/**
 * Reads `first` and `after` of a list.
 * @param cursorSchema what the list's own cursors hold; anything else is not one of them
 * @throws BAD_USER_INPUT where `first` is not within 1 to 100 or the cursor is not of this list
 */
export function parsePage<Cursor>(
  args: { first?: number | null; after?: string | null },
  cursorSchema: z.ZodType<Cursor>,
): Page<Cursor> {
  const first = args.first ?? 20;
  if (!Number.isInteger(first) || first < 1 || first > maxFirst) {
    throw badUserInput(`\`first\` must be from 1 to ${maxFirst}.`, ["first"]);
  }
  if (args.after === null || args.after === undefined) return { first, after: null };
  const cursor = cursorSchema.safeParse(decode(args.after));
  if (!cursor.success) throw badUserInput("`after` is not a cursor of this list.", ["after"]);
  return { first, after: cursor.data };
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
}

/**
 * Makes a Relay connection of the rows found for a page.
 * @param rows at most `first + 1` of them: the one too many tells that there is a next page
 * @param sortKeyOf what the row's cursor holds
 */
export function toConnection<Row>(
  rows: readonly Row[],
  page: Page<unknown>,
  sortKeyOf: (row: Row) => unknown,
): Connection<Row> {
  const edges = rows.slice(0, page.first).map((node) => ({ cursor: encodeCursor(sortKeyOf(node)), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
