import { serviceCredentialHeader } from "@shop/auth";
import { type Logger } from "@shop/telemetry";
import { Pool } from "undici";
import { type RequestContext } from "../request-context";
import { createBreaker } from "./breaker";

export interface SubgraphRequest {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** A GraphQL answer as it came, not yet fit for a client's eyes. */
export interface SubgraphAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly unknown[];
}

export type SubgraphOutcome =
  | { readonly ok: true; readonly answer: SubgraphAnswer }
  /** ABANDONED: the client left. UNAVAILABLE: no answer in time, no connection, or no GraphQL in the answer. */
  | { readonly ok: false; readonly reason: "ABANDONED" | "UNAVAILABLE" };

export interface SubgraphClient {
  send(request: SubgraphRequest, context: RequestContext): Promise<SubgraphOutcome>;
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
  readonly credential: (() => Promise<string>) | undefined;
  readonly log: Logger;
}

const connectTimeoutMs = 1_000;
const maxAnswerBytes = 32_000_000;
/** A kept-alive connection that the subgraph closed just as it was used; the request was not read. */
const staleConnection = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/** Speaks GraphQL over HTTP to one subgraph, over connections that are kept. */
export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { name, timeoutMs, mutationTimeoutMs, log } = options;
  const { origin, pathname, search } = new URL(options.url);
  const pool = new Pool(origin, {
    connections: options.connections,
    connect: { timeout: connectTimeoutMs },
    maxResponseSize: maxAnswerBytes,
  });
  const breaker = createBreaker();

  const post = async (
    request: SubgraphRequest,
    context: RequestContext,
    signal: AbortSignal,
  ): Promise<SubgraphAnswer> => {
    // The trace context is added by the instrumentation of undici.
    const headers: Record<string, string> = {
      "content-type": "application/json",
      accept: "application/json",
    };
    if (options.credential !== undefined) headers[serviceCredentialHeader] = await options.credential();
    if (context.authorization !== undefined) headers["authorization"] = context.authorization;
    if (context.userAgent !== undefined) headers["user-agent"] = context.userAgent;
    const body = JSON.stringify(request);
    const response = await pool.request({ path: `${pathname}${search}`, method: "POST", headers, body, signal });
    return parseAnswer(await response.body.text(), response.statusCode);
  };

  return {
    send: async (request, context) => {
      if (!breaker.admits()) return { ok: false, reason: "UNAVAILABLE" };
      // A mutation that was begun is carried through whether or not somebody still waits for it.
      const isMutation = request.query.startsWith("mutation");
      const deadline = isMutation ? createDeadline(mutationTimeoutMs) : createDeadline(timeoutMs, context.signal);
      try {
        const answer = await post(request, context, deadline.signal).catch((error: unknown) => {
          if (isMutation || !isStaleConnection(error)) throw error;
          return post(request, context, deadline.signal);
        });
        breaker.succeeded();
        return { ok: true, answer };
      } catch (error) {
        if (!isMutation && context.signal?.aborted === true) return { ok: false, reason: "ABANDONED" };
        log.warn({ subgraph: name, reason: reasonOf(error) }, "a subgraph did not answer");
        if (breaker.failed()) log.error({ subgraph: name }, "a subgraph keeps failing and is left alone for a while");
        return { ok: false, reason: "UNAVAILABLE" };
      } finally {
        deadline.clear();
      }
    },
    // Not close(): by now nobody waits for what may still run.
    close: () => pool.destroy(),
  };
}

/** Aborts after a time or with another signal. AbortSignal.any() would hold on to a long-lived signal's listeners. */
function createDeadline(timeoutMs: number, signal?: AbortSignal) {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    },
  };
}

function isStaleConnection(error: unknown): boolean {
  return staleConnection.has(reasonOf(error));
}

/** Its code or name: the message of a network error names hosts, that of a parse error repeats the answer. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

function parseAnswer(text: string, status: number): SubgraphAnswer {
  const answer = JSON.parse(text) as SubgraphAnswer | null;
  if (typeof answer?.data === "object" && answer.data !== null) return answer;
  if (Array.isArray(answer?.errors) && answer.errors.length > 0) return answer;
  throw new Error(`HTTP ${status} without a GraphQL answer`);
}
