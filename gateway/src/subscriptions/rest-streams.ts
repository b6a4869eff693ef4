import { type ServerResponse } from "node:http";
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from "graphql";
import { type FormatError, formatErrors } from "../client-errors";
import { type OperationRequest } from "../operations";
import { type Authenticate, type Credentials } from "../request-context";
import { type ClientStreams } from "./client-streams";
import { type StreamEnd } from "./subscriber";

export type RestSubscription =
  | { readonly ok: true; readonly events: AsyncGenerator<FormattedExecutionResult, readonly GraphQLFormattedError[]> }
  | { readonly ok: false; readonly errors: readonly GraphQLFormattedError[] };

/** Subscribes for the client of a REST route, as POST /graphql with server-sent events does. */
export type SubscribeForRest = (
  request: OperationRequest & Credentials & { readonly signal: AbortSignal },
  client: ServerResponse,
) => Promise<RestSubscription>;

export function createRestStreams(options: {
  clientStreams: ClientStreams;
  authenticate: Authenticate;
  formatError: FormatError;
}): SubscribeForRest {
  return async ({ authorization, userAgent, address, signal, ...request }, client) => {
    try {
      const context = await options.authenticate({ authorization, userAgent, address, signal });
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
      if (!(error instanceof GraphQLError)) throw error;
      return { ok: false, errors: formatErrors([error], options.formatError) };
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
