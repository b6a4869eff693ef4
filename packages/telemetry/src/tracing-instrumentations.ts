import { trace } from "@opentelemetry/api";
import { type Instrumentation } from "@opentelemetry/instrumentation";
import { GraphQLInstrumentation } from "@opentelemetry/instrumentation-graphql";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { IORedisInstrumentation } from "@opentelemetry/instrumentation-ioredis";
import { MongoDBInstrumentation } from "@opentelemetry/instrumentation-mongodb";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { PrismaInstrumentation } from "@prisma/instrumentation";

/**
 * What others' libraries do within a trace. Requests that come in are `traceRequests`' own; Kafka is in @shop/messaging, whose
 * records each belong to another trace, and gRPC in @shop/inventory-rpc.
 * @param options.recording whether anything is recorded; else only what carries a trace on is needed
 */
export function createInstrumentations({ recording }: { recording: boolean }): Instrumentation[] {
  const isOutsideTraces = (): boolean => trace.getActiveSpan() === undefined;
  const carrying = [
    new HttpInstrumentation({
      disableIncomingRequestInstrumentation: true,
      requireParentforOutgoingSpans: true,
      ignoreOutgoingRequestHook: isOutsideTraces,
    }),
    new UndiciInstrumentation({ ignoreRequestHook: isOutsideTraces }),
  ];
  if (!recording) return carrying;
  return [
    ...carrying,
    // A span for each resolver would be most of a trace, and says nothing that the stores' own do not.
    new GraphQLInstrumentation({ ignoreResolveSpans: true }),
    new PrismaInstrumentation({ ignoreSpanTypes: [/serialize|compile/] }),
    new MongoDBInstrumentation({ dbStatementSerializer: () => "" }),
    new IORedisInstrumentation({ dbStatementSerializer: () => "" }),
  ];
}
