import { z } from "zod";
import { type Route } from "./route";

/** OpenAPI 3.1 of these routes, made from the same tables that serve them. */
export function describeRoutes(routes: readonly Route[], title: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = describeRoute(route);
  }
  return {
    openapi: "3.1.0",
    info: { title, version: "1.0.0", license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
    paths,
    components: {
      securitySchemes: { accessToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: { Problem: problemSchema },
      responses: {
        Problem: {
          description: "What went wrong, as RFC 9457 has it",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
    },
  };
}

function describeRoute(route: Route): object {
  const body = route.body && { content: { "application/json": { schema: toSchema(route.body) } }, required: true };
  return {
    operationId: /(?:query|mutation) (\w+)/.exec(route.operation)?.[1],
    summary: route.summary,
    tags: [route.service],
    security: route.access === "anyone" ? [] : [{ accessToken: [] }],
    parameters: [...pathParameters(route.path), ...queryParameters(route.query), ...headerParameters(route)],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: {
      [route.ok]:
        route.ok === 204
          ? { description: "Done" }
          : { description: "The answer", content: { "application/json": { schema: {} } } },
      default: { $ref: "#/components/responses/Problem" },
    },
  };
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(query: z.ZodObject): object[] {
  const { properties = {} } = toSchema(query) as { properties?: Record<string, { description?: string }> };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function headerParameters(route: Route): object[] {
  if (!route.idempotent) return [];
  return [
    {
      name: "Idempotency-Key",
      in: "header",
      required: true,
      description: "Chosen by you; the same again is the same call, and has the same outcome",
      schema: { type: "string", minLength: 1, maxLength: 128 },
    },
  ];
}

function toSchema(schema: z.ZodObject): object {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}

const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "detail", "code", "errors"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string", description: "The same as in GraphQL" },
    errors: {
      type: "array",
      items: {
        type: "object",
        properties: {
          code: { type: "string" },
          message: { type: "string" },
          path: { type: "array", items: { type: "string" } },
        },
      },
    },
    traceId: { type: "string" },
  },
};
