import { exampleId } from "./inputs";
import { type JsonSchema } from "./json-schema";
import { toJsonSchema } from "./openapi-schemas";
import { isVersioned, type Route } from "./route";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
  readonly example?: unknown;
  readonly style?: "form";
  readonly explode?: boolean;
}

/** The prefix of the ids under a path: `/v1/orders/{id}` is one of an order. */
const prefixes: Readonly<Record<string, string>> = {
  users: "usr",
  sessions: "ses",
  addresses: "adr",
  products: "prd",
  images: "img",
  categories: "cat",
  orders: "ord",
  payments: "pay",
  comments: "cmt",
  notifications: "ntf",
};

export function describeParameters(route: Route): Parameter[] {
  return [...pathParameters(route.path), ...queryParameters(route), ...headerParameters(route)];
}

function pathParameters(path: string): Parameter[] {
  return [...path.matchAll(/(\w+)\/\{(\w+)\}/g)].map(([, of = "", name = ""]) => {
    const prefix = prefixes[of];
    const example = prefix === undefined ? "espresso-machine" : exampleId(prefix);
    return { name, in: "path", required: true, schema: { type: "string" }, example };
  });
}

function queryParameters({ query }: Route): Parameter[] {
  const { properties = {}, additionalProperties } = toJsonSchema(query);
  const named = Object.entries(properties).map(([name, { description, ...schema }]): Parameter => {
    return { name, in: "query", ...(description === undefined ? {} : { description }), schema };
  });
  if (typeof additionalProperties !== "object") return named;
  const description = "`attr.<name>=<value>`: only those with this attribute; the same name again adds a value";
  const schema: JsonSchema = { type: "object", additionalProperties };
  return [...named, { name: "attributes", in: "query", style: "form", explode: true, description, schema }];
}

function headerParameters(route: Route): Parameter[] {
  const parameters: Parameter[] = [];
  if (route.idempotent) {
    parameters.push({
      name: "Idempotency-Key",
      in: "header",
      required: true,
      description: "Chosen by you, for 24 hours at least: the same again is the same call, and has the same outcome",
      schema: { type: "string", minLength: 1, maxLength: 128 },
      example: "8f14e45f-ceea-467f-a9f2-6b1c2d3e4f50",
    });
  }
  if (isVersioned(route)) {
    const description = "The `ETag` that you read: where the thing is another by now, 412";
    parameters.push({ name: "If-Match", in: "header", description, schema: { type: "string" } });
  }
  if (route.method === "GET" && !route.streams) {
    const description = "An `ETag` that you have: where it still holds, 304 and no body";
    parameters.push({ name: "If-None-Match", in: "header", description, schema: { type: "string" } });
  }
  if (route.streams) {
    const description = "The id of the last event that you have: the stream begins after it";
    parameters.push({ name: "Last-Event-ID", in: "header", description, schema: { type: "string" } });
  }
  return parameters;
}
