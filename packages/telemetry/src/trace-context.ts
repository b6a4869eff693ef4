import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { isSampled, parentOf, type SpanOptions, startSpan, toTraceparent } from "./spans";

/** The id of the trace that runs now: 32 hexadecimal digits, or undefined outside any. */
export function currentTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}

/** The current trace in W3C form, to be stored in an outbox row or sent in a message's headers. */
export function currentTraceparent(): string | undefined {
  const current = trace.getActiveSpan()?.spanContext();
  return current && toTraceparent(current);
}

/** As `currentTraceparent`, and undefined where the trace is not recorded: for what is kept long and in great numbers. */
export function recordedTraceparent(): string | undefined {
  const current = trace.getActiveSpan()?.spanContext();
  return current && isSampled(current) ? toTraceparent(current) : undefined;
}

/**
 * Runs work in a span of its own: within the current one, or continuing the trace of `traceparent` where that is given, as
 * of a consumed message or a relayed outbox row.
 * @throws what the work throws, after it is noted on the span
 */
export async function inSpan<T>(
  name: string,
  { traceparent, ...options }: SpanOptions & { readonly traceparent?: string | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const parent = traceparent === undefined ? context.active() : parentOf(traceparent);
  const span = startSpan(name, options, parent);
  return context.with(trace.setSpan(parent, span), async () => {
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
