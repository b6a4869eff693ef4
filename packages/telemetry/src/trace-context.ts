import { context, propagation, SpanKind, SpanStatusCode, trace, type Context } from "@opentelemetry/api";

const tracer = trace.getTracer("shop");

/** The id of the trace that runs now: 32 hexadecimal digits, or undefined outside any. */
export function currentTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}

/** The current trace in W3C form, to be stored in an outbox row or sent in a message's headers. */
export function currentTraceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

function contextOf(traceparent: string | undefined): Context {
  return traceparent === undefined ? context.active() : propagation.extract(context.active(), { traceparent });
}

/**
 * Runs work in a span of its own that continues the trace of `traceparent`: a consumed message, a relayed outbox row.
 * @throws what the work throws, after it is noted on the span
 */
export async function inSpan<T>(
  name: string,
  options: { traceparent?: string | undefined; kind?: "CONSUMER" | "PRODUCER" | "CLIENT" | "INTERNAL" },
  work: () => Promise<T>,
): Promise<T> {
  const kind = SpanKind[options.kind ?? "INTERNAL"];
  return tracer.startActiveSpan(name, { kind }, contextOf(options.traceparent), async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
