/** A span as a collector gets it, as far as tests look at it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty at the beginning of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly service: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** All text in it, in whatever field that is. */
  readonly text: string;
}

// The fields of opentelemetry/proto/trace/v1/trace.proto and what it uses.
const fields = {
  request: { resourceSpans: 1 },
  resourceSpans: { resource: 1, scopeSpans: 2 },
  resource: { attributes: 1 },
  scopeSpans: { spans: 2 },
  span: { traceId: 1, spanId: 2, parentSpanId: 4, name: 5, attributes: 9 },
  attribute: { key: 1, value: 2 },
} as const;

/** Reads an ExportTraceServiceRequest. */
export function readSpans(request: Buffer): ReceivedSpan[] {
  return all(request, fields.request.resourceSpans).flatMap((resourceSpans) => {
    const [resource = Buffer.alloc(0)] = all(resourceSpans, fields.resourceSpans.resource);
    const { "service.name": service = "" } = readAttributes(resource, fields.resource.attributes);
    return all(resourceSpans, fields.resourceSpans.scopeSpans)
      .flatMap((scopeSpans) => all(scopeSpans, fields.scopeSpans.spans))
      .map((span) => readSpan(span, service));
  });
}

function readSpan(span: Buffer, service: string): ReceivedSpan {
  const [traceId, spanId, parentSpanId] = (["traceId", "spanId", "parentSpanId"] as const).map(
    (name) => all(span, fields.span[name])[0]?.toString("hex") ?? "",
  );
  return {
    ...{ traceId: traceId ?? "", spanId: spanId ?? "", parentSpanId: parentSpanId ?? "", service },
    name: all(span, fields.span.name)[0]?.toString() ?? "",
    attributes: readAttributes(span, fields.span.attributes),
    text: span.toString("latin1"),
  };
}

/** Of texts the text; of other values, their bytes, which no test looks at. */
function readAttributes(of: Buffer, field: number): Record<string, string> {
  return Object.fromEntries(
    all(of, field).map((attribute) => {
      const [key] = all(attribute, fields.attribute.key);
      const [value = Buffer.alloc(0)] = all(attribute, fields.attribute.value);
      return [String(key), all(value, 1)[0]?.toString() ?? value.toString("hex")];
    }),
  );
}

/** The values of a field of a protobuf message that hold bytes: texts, messages. */
function all(message: Buffer, wanted: number): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = readVarint();
    const wireType = tag & 7;
    if (wireType === 0) readVarint();
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else {
      const length = readVarint();
      if (tag >>> 3 === wanted) found.push(message.subarray(at, at + length));
      at += length;
    }
  }
  return found;
}
