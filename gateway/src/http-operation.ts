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

/** Apollo Server is told of no headers: what they say is seen to at the door. */
const noHeaders = new HeaderMap();

/**
 * The request as Apollo Server reads it.
 * @param query the operation's text, which a persisted operation comes without; what it is known by is left away
 */
export function toApolloRequest(
  request: FastifyRequest,
  operation: HttpOperation,
  query: string | undefined,
): HTTPGraphQLRequest {
  const { method } = request;
  const isPersisted = isRecord(operation["extensions"]) && "persistedQuery" in operation["extensions"];
  if (method !== "GET") {
    const { extensions: _extensions, ...rest } = isPersisted ? operation : {};
    return { method, headers: noHeaders, search: "", body: isPersisted ? { ...rest, query } : request.body };
  }
  const search = new URLSearchParams(searchOf(request));
  if (isPersisted && query !== undefined) {
    search.set("query", query);
    search.delete("extensions");
  }
  return { method, headers: noHeaders, search: `?${search.toString()}`, body: undefined };
}

function searchOf({ url }: FastifyRequest): string {
  const start = url.indexOf("?");
  return start === -1 ? "" : url.slice(start);
}

/**
 * Pages of other sites may send some requests without asking first, but neither JSON nor one of these headers.
 * @throws BAD_REQUEST
 */
export function requirePreflight({ headers }: FastifyRequest): void {
  if (headers["content-type"]?.startsWith("application/json") === true) return;
  if (headers["apollo-require-preflight"] || headers["x-apollo-operation-name"]) return;
  throw badRequest(
    "Send JSON, or with a GET the header `apollo-require-preflight: true`: pages of other sites cannot.",
  );
}

const graphqlJson = "application/graphql-response+json";
const anyJson = /\*\/\*|application\/(?:json|graphql-response\+json|\*)/i;

/** The content type that a client takes its answer in; undefined where it takes none that there is. */
export function negotiateType(accept: string | undefined): string | undefined {
  if (accept === undefined || accept === "*/*") return "application/json; charset=utf-8";
  if (!anyJson.test(accept)) return undefined;
  return `${accept.includes(graphqlJson) ? graphqlJson : "application/json"}; charset=utf-8`;
}
