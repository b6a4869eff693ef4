import { STATUS_CODES } from "node:http";
import { type GraphQLSchema } from "graphql";
import { describeData } from "./data-schema";
import { type JsonSchema, objectOf } from "./json-schema";
import { exampleOf } from "./openapi-schemas";
import { describeStream } from "./openapi-streams";
import { problemType } from "./problem";
import { isVersioned, type Route } from "./route";

/** Every answer that a route gives: of success as its operation's data make them, and what may go wrong. */
export function describeResponses(route: Route, schema: GraphQLSchema): Record<string, object> {
  const bodies = route.answer.describe(describeData(route.operation, schema), route.ok);
  const successes = Object.entries(bodies).map(([status, body]): [string, object] => [
    status,
    describeSuccess(route, Number(status), body),
  ]);
  const problems = Object.entries(problemsOf(route)).map(([status, description]): [string, object] => [
    status,
    { ...problemResponse, description },
  ]);
  return {
    ...Object.fromEntries(successes),
    ...(route.method === "GET" && !route.streams ? { 304: { description: "You have it as it is" } } : {}),
    ...Object.fromEntries(problems),
    default: { $ref: "#/components/responses/Problem" },
  };
}

function describeSuccess(route: Route, status: number, body: JsonSchema | undefined): object {
  if (body === undefined) return { description: status === 202 ? "Taken on" : "Done" };
  if (route.streams) return describeStream(body);
  const text: JsonSchema = { type: "string" };
  const hasVersion = body.properties?.["version"] !== undefined;
  const headers = {
    ...(route.method === "GET" || hasVersion
      ? { ETag: { description: "Of this answer, with the thing's version where it has one", schema: text } }
      : {}),
    ...(body.properties?.["nextCursor"]
      ? { Link: { description: 'The next page, `rel="next"`, and from a later one the first', schema: text } }
      : {}),
    ...(status === 201 && route.location ? { Location: { description: "Where it is found", schema: text } } : {}),
  };
  return {
    description: STATUS_CODES[status] ?? "The answer",
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    content: { "application/json": { schema: body, example: exampleOf(body) } },
  };
}

/** What may go wrong, by status: what the route's kind brings with it, and what is its own. */
function problemsOf(route: Route): Readonly<Record<number, string | undefined>> {
  const { access, body, idempotent, method, path, problems } = route;
  return {
    400: "A parameter, a header or the JSON does not fit",
    401: access === "anyone" ? "A token came with it that does not hold" : "No access token, or none that holds",
    ...(access === "staff" || access === "admin" ? { 403: "Your role does not reach" } : {}),
    ...(path.includes("{") ? { 404: "There is no such thing, or none for you" } : {}),
    406: route.streams ? "You take no event stream" : "You take no JSON",
    ...(idempotent ? { 409: "A call with this Idempotency-Key still runs" } : {}),
    ...(isVersioned(route) ? { 412: "It is another version by now" } : {}),
    ...(method === "GET" ? {} : { 413: "The body is larger than 1 MB", 415: "The body is no JSON in UTF-8" }),
    ...(method === "GET" ? {} : { 422: body ? "The body does not fit: `errors` says where" : "It takes no body" }),
    429: "Too many requests: `Retry-After` says when to come again",
    503: "Something behind this does not answer: `Retry-After` says when to come again",
    ...problems,
  };
}

export const problemSchema: JsonSchema = {
  ...objectOf({
    type: { type: "string", examples: ["urn:shop:problem:invalid-input"] },
    title: { type: "string", examples: ["Unprocessable Content"] },
    status: { type: "integer", examples: [422] },
    detail: {
      type: "string",
      description: "What is wrong, for a person",
      examples: ["The body does not fit: see errors."],
    },
    code: { type: "string", description: "The same as in GraphQL", examples: ["INVALID_INPUT"] },
    errors: {
      type: "array",
      items: objectOf({
        code: { type: "string", examples: ["INVALID_INPUT"] },
        message: { type: "string", examples: ["Invalid input: expected string, received number"] },
        path: { type: "array", items: { type: "string" }, examples: [["body", "name"]] },
      }),
    },
    traceId: { type: "string", pattern: "^[0-9a-f]{32}$", examples: ["0af7651916cd43dd8448eb211c80319c"] },
  }),
  description: "What went wrong, as RFC 9457 has it",
};

export const problemResponse = {
  description: "What went wrong, as RFC 9457 has it",
  content: { [problemType]: { schema: { $ref: "#/components/schemas/Problem" } } },
};
