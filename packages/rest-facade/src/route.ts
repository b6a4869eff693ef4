import { z } from "zod";
import { type AnswerMapping } from "./answers";

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
  /** The header, where the route streams: the last event that the client has. */
  readonly lastEventId: string | undefined;
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
  /** Where it has `expectedVersion`, the header If-Match may say it instead. Undefined: none, or an empty object. */
  readonly body: z.ZodObject | undefined;
  /** Whether `Idempotency-Key` is required. */
  readonly idempotent: boolean;
  /** Whether the operation is a subscription, and the answer a stream of its events. */
  readonly streams: boolean;
  /** The status of success. */
  readonly ok: 200 | 201 | 202 | 204;
  /** Where what was made is found: a path with the body's `id` in it. */
  readonly location: string | undefined;
  /** Where a user error's status differs from the rule (status.ts). */
  readonly statuses: Readonly<Record<string, number>>;
  /** What else a caller who does everything right may meet, by status. */
  readonly problems: Readonly<Record<number, string>>;
  readonly variables: (input: RouteInput) => Readonly<Record<string, unknown>>;
  readonly answer: AnswerMapping;
}

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
  readonly streams?: boolean;
  readonly ok?: Route["ok"];
  readonly location?: string;
  readonly statuses?: Route["statuses"];
  readonly problems?: Route["problems"];
  readonly variables?: (input: RouteInput<z.infer<Query>, z.infer<Body>>) => Readonly<Record<string, unknown>>;
  readonly answer: AnswerMapping;
}

/** Of a query or a body: no member at all. */
export const none = z.strictObject({});

/** A route with the usual answers to what it leaves open: a viewer needed, 200, the path's parameters as variables. */
export function defineRoute<Query extends z.ZodObject = typeof none, Body extends z.ZodObject = typeof none>(
  definition: RouteDefinition<Query, Body>,
): Route {
  return {
    access: "viewer",
    idempotent: false,
    streams: false,
    ok: 200,
    statuses: {},
    problems: {},
    ...definition,
    location: definition.location,
    query: definition.query ?? none,
    body: definition.body,
    variables: (definition.variables as Route["variables"] | undefined) ?? (({ path }) => path),
  };
}

/** Whether the route changes a thing that has a version, and compares it where it is told one. */
export function isVersioned({ body }: Route): boolean {
  return body?.shape["expectedVersion"] !== undefined;
}

/** What GraphQL asks for of every mutation's payload. */
export const userErrors = "errors { code message path }";
