import { clientAddressHeader, type ServiceCredentialFor, serviceCredentialHeader } from "@shop/auth";
import { type Logger } from "@shop/telemetry";
import { Pool } from "undici";
import { type RequestContext } from "../request-context";
import { createBreaker } from "./breaker";
import { type HttpAnswer, post } from "./http-post";
import { createSubgraphMetrics } from "./subgraph-metrics";

export interface FetchRequest {
  /** JSON text with `query` and `variables`. */
  readonly body: string;
  /** A mutation that was begun is carried through whether or not somebody still waits for it, and never sent twice. */
  readonly isMutation: boolean;
}

/** A GraphQL answer as it came, not yet fit for a client's eyes. */
export interface SubgraphAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly unknown[];
  readonly extensions?: unknown;
}

export type SubgraphOutcome =
  | { readonly ok: true; readonly answer: SubgraphAnswer }
  /** ABANDONED: the client left. UNAVAILABLE: no answer in time, no connection, or no GraphQL in the answer. */
  | { readonly ok: false; readonly reason: "ABANDONED" | "UNAVAILABLE" };

type FailedCall = Extract<SubgraphOutcome, { ok: false }>;

export interface SubgraphClient {
  send(request: FetchRequest, context: RequestContext): Promise<SubgraphOutcome>;
  close(): Promise<void>;
}

export interface SubgraphClientOptions {
  readonly name: string;
  readonly url: string;
  readonly timeoutMs: number;
  /** A mutation has effects, and giving up on it leaves the client to guess: it may take longer. */
  readonly mutationTimeoutMs: number;
  readonly connections: number;
  /** What the gateway proves itself with; undefined where subgraphs ask for no proof. */
  readonly credentialFor: ServiceCredentialFor | undefined;
  readonly log: Logger;
}

const connectTimeoutMs = 1_000;
const maxAnswerBytes = 32_000_000;
const accepted = "application/json, application/graphql-response+json";
/** A kept-alive connection that the subgraph closed just as it was used; the request was not read. */
const staleConnection = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);
/**
 * What a client can bring about by what it asks or sends, as a very long User-Agent, says nothing of the subgraph: it must not
 * keep others from it.
 */
const requestFaults = new Set([
  "UND_ERR_INVALID_ARG",
  "UND_ERR_RES_EXCEEDED_MAX_SIZE",
  "HTTP_400",
  "HTTP_413",
  "HTTP_431",
]);

/** Speaks GraphQL over HTTP to one subgraph, over connections that are kept. */
export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { name, timeoutMs, mutationTimeoutMs, log } = options;
  const { origin, pathname, search } = new URL(options.url);
  const path = `${pathname}${search}`;
  const pool = new Pool(origin, {
    connections: options.connections,
    connect: { timeout: connectTimeoutMs },
    maxResponseSize: maxAnswerBytes,
  });
  const breaker = createBreaker();
  const metrics = createSubgraphMetrics(name, breaker.isOpen);

  // Promises are counted here: each layer of them costs as much as the rest of the layer, several times a request.
  const exchange = (request: FetchRequest, context: RequestContext, own: OwnHeaders): Promise<HttpAnswer> => {
    const { body, isMutation } = request;
    const message = { path, body, headers: headersFor(context, isMutation, own) };
    if (isMutation) return post(pool, { ...message, timeoutMs: mutationTimeoutMs, signal: undefined });
    const query = { ...message, signal: context.signal };
    const startedAtMs = performance.now();
    return post(pool, { ...query, timeoutMs }).catch((error: unknown) => {
      if (!staleConnection.has(reasonOf(error))) throw error;
      return post(pool, { ...query, timeoutMs: timeoutMs - (performance.now() - startedAtMs) });
    });
  };

  const fail = (error: unknown, { isMutation }: FetchRequest, { signal, span }: RequestContext): FailedCall => {
    if (!isMutation && signal?.aborted === true) return { ok: false, reason: "ABANDONED" };
    const reason = reasonOf(error);
    const traceId = span?.traceId;
    log.warn({ subgraph: name, reason, traceId }, "a subgraph did not answer");
    if (!requestFaults.has(reason) && breaker.failed()) {
      log.error({ subgraph: name }, "a subgraph keeps failing and is left alone for a while");
    }
    return { ok: false, reason: "UNAVAILABLE" };
  };

  return {
    send: async (request, context) => {
      const startedAtMs = performance.now();
      if (!breaker.admits()) {
        metrics.noteCall("spared", startedAtMs);
        return { ok: false, reason: "UNAVAILABLE" };
      }
      const span = context.span?.begin(`ask ${name}`, { kind: "CLIENT", attributes: { "shop.subgraph": name } });
      try {
        const credential = await options.credentialFor?.(name);
        const answered = await exchange(request, context, { credential, traceparent: span?.traceparent });
        span?.set({ "http.response.status_code": answered.status });
        const answer = parseAnswer(answered);
        breaker.succeeded();
        metrics.noteCall(answer.errors === undefined ? "answered" : "errors", startedAtMs);
        return { ok: true, answer };
      } catch (error) {
        span?.fail(reasonOf(error));
        const failed = fail(error, request, context);
        metrics.noteCall(failed.reason === "ABANDONED" ? "abandoned" : "unavailable", startedAtMs);
        return failed;
      } finally {
        span?.end();
      }
    },
    // Not close(): by now nobody waits for what may still run.
    close: () => {
      metrics.withdraw();
      return pool.destroy();
    },
  };
}

/** What the gateway says for itself, rather than for its client. */
interface OwnHeaders {
  readonly credential: string | undefined;
  readonly traceparent: string | undefined;
}

function headersFor(
  { authorization, userAgent, address }: RequestContext,
  isMutation: boolean,
  { credential, traceparent }: OwnHeaders,
): string[] {
  const headers = ["content-type", "application/json", "accept", accepted];
  if (traceparent !== undefined) headers.push("traceparent", traceparent);
  if (credential !== undefined) headers.push(serviceCredentialHeader, credential);
  if (authorization !== undefined) headers.push("authorization", authorization);
  if (userAgent !== undefined) headers.push("user-agent", userAgent);
  // Queries may be shared by clients, and ours are nobody else's to know.
  if (isMutation && credential !== undefined && address !== undefined) headers.push(clientAddressHeader, address);
  return headers;
}

/** Its code or name: the message of a network error names hosts. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Whatever the status: a subgraph may answer with errors of GraphQL and a status that says so too. */
function parseAnswer({ status, text }: HttpAnswer): SubgraphAnswer {
  const answer = tryParse(text) as SubgraphAnswer | null | undefined;
  if (typeof answer?.data === "object" && answer.data !== null) return answer;
  if (Array.isArray(answer?.errors) && answer.errors.length > 0) return answer;
  throw Object.assign(new Error("No GraphQL answer"), { code: `HTTP_${status}` });
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
