import { type JsonSchema, objectOf, orNull, schemaAt } from "./json-schema";
import { type GraphqlData, type UserError } from "./graphql-data";

/** What an answer of GraphQL becomes. */
export type RestAnswer =
  /** @property status where it is not the route's own */
  | { readonly kind: "body"; readonly body: unknown; readonly status?: number }
  | { readonly kind: "page"; readonly items: unknown[]; readonly nextCursor: string | null; readonly more: object }
  | { readonly kind: "missing" }
  | { readonly kind: "refused"; readonly errors: readonly UserError[] };

/** What a route's answer is made of the operation's, and what shape it has then. */
export interface AnswerMapping {
  read(data: GraphqlData): RestAnswer;
  /**
   * @param data the shape of the operation's data
   * @param ok the route's status of success
   * @returns the shape of the body by status; undefined for an answer without one
   */
  describe(data: JsonSchema, ok: number): Readonly<Record<number, JsonSchema | undefined>>;
}

interface Connection {
  readonly edges: readonly { readonly node: unknown }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The thing at a path of the answer, such as "me.addresses"; 404 where there is none. */
export function thingAt(path: string): AnswerMapping {
  return {
    read: (data) => {
      const body = at(data, path);
      return body === null || body === undefined ? { kind: "missing" } : { kind: "body", body };
    },
    describe: (data, ok) => ({ [ok]: schemaAt(data, path) }),
  };
}

const nextCursor = orNull({
  type: "string",
  description: "`after` of the next page; null on the last one",
  examples: ["WyIyMDI2LTExLTIyIl0"],
});

/** A connection as a page: `items`, `nextCursor`, and what of the connection's other fields is named. */
export function pageAt(path: string, more: readonly string[] = []): AnswerMapping {
  return {
    read: (data) => {
      const connection = at(data, path) as (Connection & GraphqlData) | null | undefined;
      if (connection === null || connection === undefined) return { kind: "missing" };
      const { edges, pageInfo } = connection;
      return {
        kind: "page",
        items: edges.map(({ node }) => node),
        nextCursor: pageInfo.hasNextPage ? pageInfo.endCursor : null,
        more: Object.fromEntries(more.map((field) => [field, connection[field]])),
      };
    },
    describe: (data, ok) => {
      const { properties = {} } = schemaAt(data, path);
      const items = schemaAt(properties["edges"]?.items ?? {}, "node");
      const others = Object.fromEntries(more.map((field) => [field, properties[field] ?? {}]));
      return { [ok]: objectOf({ items: { type: "array", items }, nextCursor, ...others }) };
    },
  };
}

/**
 * The outcome of a mutation: the thing that its payload names, or its errors.
 * @param thing the payload's field that is the body; none for an answer without one
 */
export function payloadOf(mutation: string, thing?: string): AnswerMapping {
  return {
    read: (data) => {
      const payload = data[mutation] as (GraphqlData & { readonly errors: readonly UserError[] }) | null | undefined;
      if (payload === null || payload === undefined) return { kind: "missing" };
      if (payload.errors.length > 0) return { kind: "refused", errors: payload.errors };
      return { kind: "body", body: thing === undefined ? undefined : payload[thing] };
    },
    describe: (data, ok) => ({ [ok]: thing === undefined ? undefined : schemaAt(data, `${mutation}.${thing}`) }),
  };
}

function at(data: GraphqlData, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as GraphqlData | null | undefined)?.[key], data);
}
