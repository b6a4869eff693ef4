import { type GraphQLSchema } from "graphql";
import { nameComponents } from "./openapi-components";
import { describeParameters } from "./openapi-parameters";
import { describeResponses, problemResponse, problemSchema } from "./openapi-responses";
import { bodySchemaOf, exampleOf } from "./openapi-schemas";
import { type Route } from "./route";

/** By path and then by method. */
export type OpenApiPaths = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: OpenApiPaths;
  readonly components: Readonly<Record<string, object>>;
}

const tagDescriptions: Readonly<Record<Route["service"], string>> = {
  user: "Accounts: signing in, profiles, addresses, sessions, roles",
  product: "The catalogue: products, categories, stock, images",
  order: "Orders, payments and refunds",
  notification: "What happened to you, read or live",
  comment: "Reviews, replies, likes and moderation",
};

const description = `Every route is a fixed operation of the graph at \`/graphql\`, under the same rights and limits; ids, money
and times are the same in both. Whoever may not call a route is told so (401, 403) before anything else of the request is
looked at. A body of what takes none is nothing or \`{}\`, and that of a \`GET\` is not read. Errors are \`application/problem+json\` (RFC 9457) with the graph's \`code\` and, where it is
known, the path of what is wrong. \`GET\` answers carry an \`ETag\`; \`If-Match\` on \`PATCH\` refuses what was changed
meanwhile. Lists are paged by \`limit\` and \`after\`; the header \`Link\` leads to the next page and back to the first.`;

/**
 * OpenAPI 3.1 of these routes, made from the same tables that serve them; the shapes of answers are those of the routes'
 * operations in the graph.
 * @param options.schema one that has all that the routes ask for
 * @param options.otherPaths what is served beside them, already described
 */
export function describeRoutes(
  routes: readonly Route[],
  options: { title: string; schema: GraphQLSchema; otherPaths?: OpenApiPaths | undefined },
): OpenApiDocument {
  const { title, schema, otherPaths = {} } = options;
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = describeRoute(route, schema);
  }
  const services = [...new Set(routes.map(({ service }) => service))];
  const named = nameComponents({ paths: { ...paths, ...otherPaths } });
  return {
    openapi: "3.1.1",
    info: { title, version: "1.0.0", description, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
    tags: services.map((name) => ({ name, description: tagDescriptions[name] })),
    ...named.document,
    components: {
      securitySchemes: { accessToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: { ...named.schemas, Problem: problemSchema },
      responses: { Problem: problemResponse },
    },
  } as OpenApiDocument;
}

function describeRoute(route: Route, schema: GraphQLSchema): object {
  const { access, summary, service } = route;
  const body = bodySchemaOf(route);
  return {
    operationId: operationIdOf(route),
    summary,
    tags: [service],
    // What anyone may call tells more to whoever shows a token.
    security: access === "anyone" ? [{}, { accessToken: [] }] : [{ accessToken: [] }],
    parameters: describeParameters(route),
    ...(body && {
      requestBody: { required: true, content: { "application/json": { schema: body, example: exampleOf(body) } } },
    }),
    responses: describeResponses(route, schema),
  };
}

/** The name of its operation, which is one of a kind. */
function operationIdOf({ operation }: Route): string | undefined {
  const name = /(?:query|mutation|subscription) (\w)(\w*)/.exec(operation);
  return name === null ? undefined : `${name[1]?.toLowerCase()}${name[2]}`;
}
