import { createCounter } from "@shop/telemetry";
import { type FormattedExecutionResult, OperationTypeNode } from "graphql";
import { type AbortNotifier, createAbortNotifier } from "../abort-notice";
import { type RequestContext } from "../request-context";
import { type Engine } from "./engine";
import { type Outcome } from "./outcome";
import { type PreparedOperation, type Variables } from "./prepared-operation";

export interface InFlight {
  /** As the engine's own, but that equal queries of nobody in particular which run at the same time are run once. */
  execute(
    engine: Engine,
    operation: PreparedOperation,
    variables: Variables,
    context: RequestContext,
  ): Promise<Outcome>;
  /** JSON of an answer; of one that several wait for, made once. */
  stringify(result: FormattedExecutionResult): string;
}

interface SharedExecution {
  readonly outcome: Promise<Outcome>;
  readonly abandoned: AbortNotifier;
  waiting: number;
}

/**
 * Lets a crowd that asks for the same page at once cost what one of it costs. Only queries without an access token share, and
 * only where everything that subgraphs get to see of a request is the same: two viewers never share an answer. What starts
 * after an answer has come runs anew; nothing is kept.
 */
export function createInFlight(): InFlight {
  const joined = createCounter("shop.executions.shared", {
    description: "Queries that were answered with an execution of an equal one that ran already",
    unit: "{query}",
  }).of({});
  const running = new WeakMap<PreparedOperation, Map<string, SharedExecution>>();
  const sharedData = new WeakMap<object, { text: string | undefined }>();

  return {
    execute: async (engine, operation, variables, context) => {
      const { authorization, userAgent = "", signal } = context;
      if (operation.operation.operation !== OperationTypeNode.QUERY || authorization !== undefined) {
        return engine.execute(operation, variables, context);
      }
      const begin = (): SharedExecution => {
        const abandoned = createAbortNotifier();
        const outcome = engine.execute(operation, variables, { ...context, signal: abandoned });
        return { outcome, abandoned, waiting: 0 };
      };
      const byRequest = running.get(operation) ?? new Map<string, SharedExecution>();
      running.set(operation, byRequest);
      const key = `${JSON.stringify(variables)} ${userAgent}`;
      const known = byRequest.get(key);
      const shared = known ?? begin();
      byRequest.set(key, shared);
      shared.waiting += 1;
      if (known !== undefined) joined.add();

      // It goes on as long as anybody waits for it.
      const leave = (): void => {
        shared.waiting -= 1;
        if (shared.waiting > 0) return;
        shared.abandoned.abort();
        if (byRequest.get(key) === shared) byRequest.delete(key);
      };
      signal?.addEventListener("abort", leave, { once: true });
      if (signal?.aborted === true) leave();
      try {
        const outcome = await shared.outcome;
        if (known !== undefined && outcome.data != null && !sharedData.has(outcome.data)) {
          sharedData.set(outcome.data, { text: undefined });
        }
        return outcome;
      } finally {
        signal?.removeEventListener("abort", leave);
        if (byRequest.get(key) === shared) byRequest.delete(key);
      }
    },
    stringify: (result) => {
      const isPlain = result.errors === undefined && result.extensions === undefined;
      const shared = isPlain && result.data != null ? sharedData.get(result.data) : undefined;
      if (shared === undefined) return JSON.stringify(result);
      return (shared.text ??= JSON.stringify(result));
    },
  };
}
