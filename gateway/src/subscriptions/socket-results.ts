import {
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
} from "graphql";
import { type StartedOperation } from "../operations";

// graphql-ws types results with errors that are not formatted yet; ours are, and its hooks pass them on as they are.

/** What graphql-ws' `execute` answers for an operation that was started already. */
export function singleResult(args: ExecutionArgs): ExecutionResult {
  const started = args.contextValue as Extract<StartedOperation, { kind: "single" }>;
  return started.result as ExecutionResult;
}

/** What graphql-ws' `subscribe` answers: the events, of which a last one without data becomes its `error` message. */
export function streamedResults(args: ExecutionArgs): AsyncGenerator<ExecutionResult> {
  const { events } = args.contextValue as Extract<StartedOperation, { kind: "stream" }>;
  const results: AsyncGenerator<FormattedExecutionResult> = {
    next: async () => {
      const step = await events.next();
      if (step.done !== true && step.value.data === undefined) throw new StreamEnded(step.value.errors ?? []);
      return step;
    },
    return: () => events.return(undefined),
    throw: (error) => events.throw(error),
    [Symbol.asyncIterator]: () => results,
    [Symbol.asyncDispose]: () => events[Symbol.asyncDispose](),
  };
  return results as AsyncGenerator<ExecutionResult>;
}

class StreamEnded extends Error {
  constructor(readonly errors: readonly GraphQLFormattedError[]) {
    super("The stream ended with errors.");
  }
}

/** The payload of the protocol's `error` message. */
export function errorPayload(errors: readonly GraphQLError[]): readonly GraphQLFormattedError[] {
  return errors.flatMap((error) =>
    error.originalError instanceof StreamEnded ? error.originalError.errors : [error.toJSON()],
  );
}

/** An error that is formatted already, in the class that graphql-ws insists on. */
export function toGraphQLError({ message, path, extensions }: GraphQLFormattedError): GraphQLError {
  return new GraphQLError(message, { path, extensions });
}
