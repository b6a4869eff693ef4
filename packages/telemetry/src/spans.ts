import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from "@opentelemetry/api";

export interface SpanOptions {
  readonly kind?: keyof typeof SpanKind;
  readonly attributes?: Attributes;
}

/**
 * A step of a trace, to be handed to whatever is part of it. One that is not recorded has its ids all the same, since logs,
 * error answers and other processes are told them, and costs next to nothing.
 */
export interface TraceSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** In W3C form, to be sent along with what is done in this step. */
  readonly traceparent: string;
  readonly isRecorded: boolean;
  /** A step within this one. Of one that is not recorded, that one itself. */
  begin(name: string, options?: SpanOptions): TraceSpan;
  set(attributes: Attributes): void;
  /** Marks it as failed. @param type a code or a class; no text, which may hold anything */
  fail(type: string): void;
  end(): void;
  /** Runs work in which this step is the current one: its synchronous part, and the rest too unless the process hands its steps on. */
  run<T>(work: () => T): T;
}

const tracer = trace.getTracer("shop");

/**
 * Begins a step that continues the trace of `traceparent`, or a trace of its own where there is none.
 * @returns undefined in a process that was started without telemetry
 */
export function beginSpan(
  name: string,
  { traceparent, ...options }: SpanOptions & { readonly traceparent?: string | undefined },
): TraceSpan | undefined {
  return toTraceSpan(startSpan(name, options, parentOf(traceparent)));
}

/** The context of a step in another process; nothing's where it is not in W3C form. */
export function parentOf(traceparent: string | undefined): Context {
  return traceparent === undefined ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent });
}

/** In W3C form. */
export function toTraceparent(identity: SpanContext): string {
  return `00-${identity.traceId}-${identity.spanId}-${isSampled(identity) ? "01" : "00"}`;
}

export function isSampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0;
}

export function startSpan(name: string, { kind = "INTERNAL", attributes = {} }: SpanOptions, parent: Context): Span {
  return tracer.startSpan(name, { kind: SpanKind[kind], attributes }, parent);
}

function toTraceSpan(span: Span): TraceSpan | undefined {
  const identity = span.spanContext();
  return isSpanContextValid(identity) ? new Step(span, identity) : undefined;
}

/** A class, since a request of which nothing is recorded makes one too: an object of closures takes five times as long. */
class Step implements TraceSpan {
  readonly traceId: string;
  readonly isRecorded: boolean;
  readonly #span: Span;
  #traceparent: string | undefined;
  #context: Context | undefined;

  constructor(span: Span, { traceId }: SpanContext) {
    this.traceId = traceId;
    this.isRecorded = span.isRecording();
    this.#span = span;
  }
  get traceparent(): string {
    return (this.#traceparent ??= toTraceparent(this.#span.spanContext()));
  }
  begin(name: string, options: SpanOptions = {}): TraceSpan {
    return this.isRecorded ? (toTraceSpan(startSpan(name, options, this.#contextOf())) ?? this) : this;
  }
  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }
  fail(type: string): void {
    this.#span.setAttribute("error.type", type).setStatus({ code: SpanStatusCode.ERROR });
  }
  end(): void {
    if (this.isRecorded) this.#span.end();
  }
  run<T>(work: () => T): T {
    return context.with(this.#contextOf(), work);
  }
  #contextOf(): Context {
    return (this.#context ??= trace.setSpan(ROOT_CONTEXT, this.#span));
  }
}
