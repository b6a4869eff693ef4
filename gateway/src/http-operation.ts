import { HeaderMap, type HTTPGraphQLRequest } from "@apollo/server";
import { type FastifyRequest } from "fastify";
import { badRequest } from "./bad-request";

/** What a request asks to be run, as it came; empty where its body is no JSON object. */
export type HttpOperation = Readonly<Record<string, unknown>>;

/** Of POST from the body, of GET from the address. */
export function readOperation(request: FastifyRequest): HttpOperation {
  if (request.method === "GET") return readSearch(new URLSearchParams(searchOf(request)));
  return isRecord(request.body) ? request.body : {};
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readSearch(search: URLSearchParams): HttpOperation {
  const operation: Record<string, unknown> = {};
  for (const name of ["query", "operationName"]) operation[name] = search.get(name) ?? undefined;
  for (const name of ["variables", "extensions"]) {
    const text = search.get(name);
    if (text !== null) operation[name] = parseParameter(name, text);
  }
  return operation;
}

function parseParameter(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`The search parameter ${name} is not valid JSON.`);
  }
}

/**
 * The request as Apollo Server reads it, with the headers that it looks at.
 * @param query the operation's text, which a persisted operation comes without; what it is known by is left away
 */
export function toApolloRequest(
  request: FastifyRequest,
  operation: HttpOperation,
  query: string | undefined,
): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const name of headersForApollo) {
    const value = request.headers[name];
    if (typeof value === "string") headers.set(name, value);
  }
  const isPersisted = isRecord(operation["extensions"]) && "persistedQuery" in operation["extensions"];
  if (request.method !== "GET") {
    const { extensions: _extensions, ...rest } = isPersisted ? operation : {};
    return { method: request.method, headers, search: "", body: isPersisted ? { ...rest, query } : request.body };
  }
  if (!isPersisted || query === undefined)
    return { method: "GET", headers, search: searchOf(request), body: undefined };
  const search = new URLSearchParams(searchOf(request));
  search.set("query", query);
  search.delete("extensions");
  return { method: "GET", headers, search: `?${search.toString()}`, body: undefined };
}

const headersForApollo = ["content-type", "accept", "x-apollo-operation-name", "apollo-require-preflight"] as const;

function searchOf({ url }: FastifyRequest): string {
  const start = url.indexOf("?");
  return start === -1 ? "" : url.slice(start);
}

/**
 * Pages of other sites may send some requests without asking first, but neither JSON nor one of these headers. (Apollo
 * Server's own rule, at all doors of HTTP.)
 * @throws BAD_REQUEST
 */
export function requirePreflight({ headers }: FastifyRequest): void {
  if (headers["content-type"]?.startsWith("application/json") === true) return;
  if (["apollo-require-preflight", "x-apollo-operation-name"].some((name) => headers[name])) return;
  throw badRequest(
    "Send JSON, or with a GET the header `apollo-require-preflight: true`: pages of other sites cannot.",
  );
}
