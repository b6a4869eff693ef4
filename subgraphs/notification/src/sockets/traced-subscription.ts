import { currentTraceparent, inSpan } from "@shop/telemetry";
import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from "graphql";

/** What a stream yields: the root value of an event's execution, and the trace of what it tells of. */
interface Traced {
  readonly traceparent?: string | undefined;
}

export interface TracedSubscription extends ExecutionArgs {
  /** What the subscribing is part of. */
  readonly traceparent?: string | undefined;
}

/**
 * As graphql-js' own `subscribe`, but that each event is executed in a span of the trace that it is of, which the result
 * tells in its extensions to whoever goes on with it.
 * @returns the events' results, or the errors that the subscription is refused with
 */
export async function subscribeTraced(
  args: TracedSubscription,
): Promise<AsyncGenerator<ExecutionResult, undefined> | ExecutionResult> {
  const { traceparent } = args;
  const events = await inSpan("subscribe", { kind: "SERVER", traceparent }, () => createSourceEventStream(args));
  if (!(Symbol.asyncIterator in events)) return events;
  const source = events[Symbol.asyncIterator]() as AsyncGenerator<Traced | null, undefined>;
  const resultOf = async (
    step: IteratorResult<Traced | null, undefined>,
  ): Promise<IteratorResult<ExecutionResult, undefined>> =>
    step.done === true ? step : { done: false, value: await executeEvent(step.value, args) };
  // An async generator would not do: its `return` waits until a pending `next` has come to something.
  const results: AsyncGenerator<ExecutionResult, undefined> = {
    next: async () => resultOf(await source.next()),
    return: async () => resultOf(await source.return(undefined)),
    throw: async (error) => resultOf(await source.throw(error)),
    [Symbol.asyncIterator]: () => results,
    [Symbol.asyncDispose]: async () => {
      await source.return(undefined);
    },
  };
  return results;
}

async function executeEvent(event: Traced | null, args: ExecutionArgs): Promise<ExecutionResult> {
  const run = () => Promise.resolve(execute({ ...args, rootValue: event }));
  const traceparent = event?.traceparent;
  if (traceparent === undefined) return run();
  return inSpan("notify subscriber", { kind: "CONSUMER", traceparent }, async () => {
    const result = await run();
    return { ...result, extensions: { traceparent: currentTraceparent() } };
  });
}
