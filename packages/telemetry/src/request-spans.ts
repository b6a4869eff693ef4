import { type IncomingMessage } from "node:http";
import { type FastifyInstance } from "fastify";
import { beginSpan, type TraceSpan } from "./spans";

const spanKey = Symbol("span");
// A property: as keys of a WeakMap, requests cost the garbage collector more than the rest of a span that is not recorded.
type WithSpan = IncomingMessage & { [spanKey]?: TraceSpan };
const probes = new Set(["/livez", "/readyz"]);

/** The span of a request that is served, where `traceRequests` began one. */
export function spanOf(request: IncomingMessage): TraceSpan | undefined {
  return (request as WithSpan)[spanKey];
}

/**
 * Gives each request a span, which continues the client's trace and is the current one in what is done about it. In the
 * place of OpenTelemetry's own instrumentation of HTTP servers, which describes each request in full before it asks
 * whether anybody wants to know, and with addresses and queries that are nobody's to read.
 */
export function traceRequests(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { raw, method } = request;
    const { traceparent } = raw.headers;
    const route = request.routeOptions.url ?? "unknown";
    const parent = typeof traceparent === "string" ? traceparent : undefined;
    const span = probes.has(route)
      ? undefined
      : beginSpan(`${method} ${route}`, { kind: "SERVER", traceparent: parent });
    if (span === undefined) {
      done();
      return;
    }
    (raw as WithSpan)[spanKey] = span;
    if (span.isRecorded) {
      reply.raw.once("close", () => {
        const { statusCode, writableFinished } = reply.raw;
        span.set({ "http.request.method": method, "http.route": route, "http.response.status_code": statusCode });
        if (!writableFinished) span.fail("aborted");
        else if (statusCode >= 500) span.fail(String(statusCode));
        span.end();
      });
    }
    span.run(done);
  });
}
