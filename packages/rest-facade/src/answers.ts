import { type GraphqlData, type RestAnswer, type UserError } from "./route";

interface Connection {
  readonly edges: readonly { readonly node: unknown }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The thing at a path of the answer, such as "me.addresses"; 404 where there is none. */
export function thingAt(path: string): (data: GraphqlData) => RestAnswer {
  return (data) => {
    const body = at(data, path);
    return body === null || body === undefined ? { kind: "missing" } : { kind: "body", body };
  };
}

/** A connection as a page: `items`, `nextCursor`, and what of the connection's other fields is named. */
export function pageAt(path: string, more: readonly string[] = []): (data: GraphqlData) => RestAnswer {
  return (data) => {
    const connection = at(data, path) as (Connection & GraphqlData) | null | undefined;
    if (connection === null || connection === undefined) return { kind: "missing" };
    const { edges, pageInfo } = connection;
    return {
      kind: "page",
      items: edges.map(({ node }) => node),
      nextCursor: pageInfo.hasNextPage ? pageInfo.endCursor : null,
      more: Object.fromEntries(more.map((field) => [field, connection[field]])),
    };
  };
}

/**
 * The outcome of a mutation: the thing that its payload names, or its errors.
 * @param thing the payload's field that is the body; none for an answer without one
 */
export function payloadOf(mutation: string, thing?: string): (data: GraphqlData) => RestAnswer {
  return (data) => {
    const payload = data[mutation] as (GraphqlData & { readonly errors: readonly UserError[] }) | null | undefined;
    if (payload === null || payload === undefined) return { kind: "missing" };
    if (payload.errors.length > 0) return { kind: "refused", errors: payload.errors };
    return { kind: "body", body: thing === undefined ? undefined : payload[thing] };
  };
}

function at(data: GraphqlData, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as GraphqlData | null | undefined)?.[key], data);
}
