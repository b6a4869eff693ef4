import { type ReadableSpan, type SpanProcessor } from "@opentelemetry/sdk-trace-node";

/**
 * What spans may tell. Everything else is left out, whichever instrumentation thinks of it next: addresses with their queries,
 * statements with their values, the words of an error hold what is a person's or a secret.
 */
const known = new Set([
  ...["http.request.method", "http.route", "http.response.status_code", "http.method", "http.status_code"],
  ...["server.address", "server.port", "net.peer.name", "net.peer.port", "error.type"],
  ...["graphql.operation.type", "graphql.operation.name", "shop.subgraph", "shop.subscribers"],
  // Of SQL the text: its values are parameters, which are not sent.
  ...["db.system", "db.system.name", "db.name", "db.namespace", "db.query.text", "db.operation", "db.operation.name"],
  ...["db.mongodb.collection", "db.collection.name", "method", "model"],
  ...["messaging.system", "messaging.destination.name", "messaging.message.id"],
  ...["rpc.system", "rpc.service", "rpc.method", "rpc.grpc.status_code"],
]);
const knownOfEvents = new Set(["exception.type"]);

/** Takes away from a span that has ended all that is not `known`; then the next one has it. */
export function sendOnlyKnownAttributes(next: SpanProcessor): SpanProcessor {
  return {
    onStart: (span, parent) => next.onStart(span, parent),
    onEnd: (span: ReadableSpan) => {
      keep(span.attributes, known);
      for (const { attributes = {} } of span.events) keep(attributes, knownOfEvents);
      delete span.status.message;
      next.onEnd(span);
    },
    forceFlush: () => next.forceFlush(),
    shutdown: () => next.shutdown(),
  };
}

function keep(attributes: Record<string, unknown>, names: ReadonlySet<string>): void {
  for (const name in attributes) if (!names.has(name)) Reflect.deleteProperty(attributes, name);
}
