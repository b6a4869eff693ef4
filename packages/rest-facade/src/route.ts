import { z } from "zod";

export type ServiceName = "user" | "product" | "order" | "notification" | "comment";
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What of a request a route may use, already parsed. */
export interface RouteInput<Query = unknown, Body = unknown> {
  /** The path's parameters. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** The header, where the route requires it; else empty. */
  readonly idempotencyKey: string;
}

/** What an answer of GraphQL becomes. */
export type RestAnswer =
  | { readonly kind: "body"; readonly body: unknown; readonly status?: number }
  | { readonly kind: "page"; readonly items: unknown[]; readonly nextCursor: string | null; readonly more: object }
  | { readonly kind: "missing" }
  | { readonly kind: "refused"; readonly errors: readonly UserError[] };

export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
}

/**
 * One route of the facade: a fixed GraphQL operation, a mapping of its parameters and a mapping of its answer. What it
 * selects the owning service alone can answer; what is another's it selects as `{ id }`.
 */
export interface Route {
  readonly service: ServiceName;
  readonly method: Method;
  /** As in OpenAPI: `/v1/orders/{id}`. */
  readonly path: string;
  readonly summary: string;
  /** Who may call it at all; whose thing it is the service decides. */
  readonly access: "anyone" | "viewer" | "staff" | "admin";
  readonly operation: string;
  readonly query: z.ZodObject;
  readonly body: z.ZodObject | undefined;
  /** Whether `Idempotency-Key` is required. */
  readonly idempotent: boolean;
  /** The status of success. */
  readonly ok: 200 | 201 | 202 | 204;
  /** Where a user error's status differs from the rule (status.ts). */
  readonly statuses: Readonly<Record<string, number>>;
  readonly variables: (input: RouteInput) => Readonly<Record<string, unknown>>;
  readonly answer: (data: GraphqlData) => RestAnswer;
}

/** As it came from the graph; each route knows the shape that its operation asks for. */
export type GraphqlData = Readonly<Record<string, unknown>>;

interface RouteDefinition<Query extends z.ZodObject, Body extends z.ZodObject> {
  readonly service: ServiceName;
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly access?: Route["access"];
  readonly operation: string;
  readonly query?: Query;
  readonly body?: Body;
  readonly idempotent?: boolean;
  readonly ok?: Route["ok"];
  readonly statuses?: Route["statuses"];
  readonly variables?: (input: RouteInput<z.infer<Query>, z.infer<Body>>) => Readonly<Record<string, unknown>>;
  readonly answer: Route["answer"];
}

const none = z.strictObject({});

/** A route with the usual answers to what it leaves open: a viewer needed, 200, the path's parameters as variables. */
export function defineRoute<Query extends z.ZodObject = typeof none, Body extends z.ZodObject = typeof none>(
  definition: RouteDefinition<Query, Body>,
): Route {
  return {
    access: "viewer",
    idempotent: false,
    ok: 200,
    statuses: {},
    ...definition,
    query: definition.query ?? none,
    body: definition.body,
    variables: (definition.variables as Route["variables"] | undefined) ?? (({ path }) => path),
  };
}

/** `limit` and `after` of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(20).describe("How many, from 1 to 100"),
  after: z.string().optional().describe("The `nextCursor` of the page before"),
};
