// For tests that hold what REST answers against what GraphQL does.
import { type GraphqlData } from "./graphql-data";
import { none, type Route } from "./route";

export { allRoutes } from "./all-routes";
export { type Route } from "./route";

export interface CalledRoute {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly idempotencyKey: string;
}

/** The variables of the operation that a route makes of a call. @throws where the call does not fit the route */
export function variablesOf(route: Route, { path, query, body, idempotencyKey }: CalledRoute) {
  return route.variables({
    path,
    query: route.query.parse(query),
    body: (route.body ?? none).parse(body ?? {}),
    idempotencyKey,
    lastEventId: undefined,
  });
}

/** The body of a route's answer where its operation's data are these; undefined where it has none, or is no success. */
export function bodyOf(route: Route, data: GraphqlData): unknown {
  const answer = route.answer.read(data);
  if (answer.kind === "page") return { items: answer.items, nextCursor: answer.nextCursor, ...answer.more };
  return answer.kind === "body" ? answer.body : undefined;
}
