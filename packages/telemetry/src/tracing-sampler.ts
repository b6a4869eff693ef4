import { SpanKind } from "@opentelemetry/api";
import {
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-node";

const begins = new Set([SpanKind.SERVER, SpanKind.CONSUMER]);

/**
 * Who is part of a trace does as who began it. A new one begins where somebody asks something of us, and this share is
 * recorded: what services do of themselves, as looking what there is to do, would be most of what is sent.
 */
export function createSampler(ratio: number): Sampler {
  const share = new TraceIdRatioBasedSampler(ratio);
  const root: Sampler = {
    shouldSample: (context, traceId, _name, kind) =>
      begins.has(kind) ? share.shouldSample(context, traceId) : { decision: SamplingDecision.NOT_RECORD },
    toString: () => `requests and events, ${ratio}`,
  };
  return new ParentBasedSampler({ root });
}
