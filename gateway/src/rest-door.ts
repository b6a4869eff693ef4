import { type ServerResponse } from "node:http";
import { type Viewer } from "@shop/auth";
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from "graphql";
import { type FormatError, formatErrors } from "./client-errors";
import { type OperationRequest, type OperationResult, type Operations } from "./operations";
import { type Authenticate, type Credentials, type RequestContext } from "./request-context";
import { type ClientStreams } from "./subscriptions/client-streams";
import { type StreamEnd } from "./subscriptions/subscriber";

interface Refusal {
  readonly ok: false;
  readonly errors: readonly GraphQLFormattedError[];
}

export interface AdmittedCaller {
  readonly ok: true;
  readonly viewer: Viewer | null;
  /** Runs a query or mutation as POST /graphql does. */
  execute(request: OperationRequest): Promise<OperationResult>;
  /** Subscribes as POST /graphql with server-sent events does. */
  subscribe(request: OperationRequest, client: ServerResponse): Promise<RestSubscription>;
}

export type RestSubscription =
  | { readonly ok: true; readonly events: AsyncGenerator<FormattedExecutionResult, readonly GraphQLFormattedError[]> }
  | Refusal;

/** Lets callers of REST routes and pages into the graph: counted and verified as those of /graphql are. */
export type AdmitCaller = (caller: Credentials & { readonly signal: AbortSignal }) => Promise<AdmittedCaller | Refusal>;

export function createRestDoor(options: {
  operations: Operations;
  clientStreams: ClientStreams;
  authenticate: Authenticate;
  formatError: FormatError;
}): AdmitCaller {
  const refusedBy = (error: unknown): Refusal => {
    if (!(error instanceof GraphQLError)) throw error;
    return { ok: false, errors: formatErrors([error], options.formatError) };
  };
  const subscribe = async (
    request: OperationRequest,
    client: ServerResponse,
    { context, signal }: { context: RequestContext; signal: AbortSignal },
  ): Promise<RestSubscription> => {
    try {
      const started = await options.clientStreams.start(client, { request, context, mayMutate: false, signal });
      switch (started.kind) {
        case "stream":
          return { ok: true, events: resultsOf(started.events) };
        case "refused":
          return { ok: false, errors: started.errors };
        case "single":
          return { ok: false, errors: started.result.errors ?? [] };
      }
    } catch (error) {
      return refusedBy(error);
    }
  };
  return async (caller) => {
    try {
      const context = await options.authenticate(caller);
      return {
        ok: true,
        viewer: context.viewer,
        execute: (request) => options.operations.execute(request, context),
        subscribe: (request, client) => subscribe(request, client, { context, signal: caller.signal }),
      };
    } catch (error) {
      return refusedBy(error);
    }
  };
}

async function* resultsOf(
  events: AsyncGenerator<string, StreamEnd>,
): AsyncGenerator<FormattedExecutionResult, readonly GraphQLFormattedError[]> {
  for (;;) {
    const step = await events.next();
    if (step.done === true) return step.value.kind === "FAILED" ? step.value.errors : [];
    yield JSON.parse(step.value) as FormattedExecutionResult;
  }
}
