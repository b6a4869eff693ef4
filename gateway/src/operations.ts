import { type ApolloServer } from "@apollo/server";
import {
  type DocumentNode,
  type FormattedExecutionResult,
  getOperationAST,
  GraphQLError,
  type GraphQLFormattedError,
  OperationTypeNode,
  parse,
} from "graphql";
import { badRequest } from "./bad-request";
import { type FormatError, formatErrors } from "./client-errors";
import { type Admission } from "./limits/admission";
import { type OperationTexts, type SubmittedText } from "./limits/operation-texts";
import { type RequestContext } from "./request-context";
import { type StreamEnd } from "./subscriptions/subscriber";
import { type Subscriptions } from "./subscriptions/subscriptions";

export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** As a client sends it: with its text, or with what that is known by. */
export interface SubmittedOperation extends Omit<OperationRequest, "query">, SubmittedText {}

export interface OperationResult extends FormattedExecutionResult {
  /** The HTTP status that says the same; undefined where it is 200. */
  readonly status?: number | undefined;
}

/** What an operation sent over a socket or an event stream turned out to be. */
export type StartedOperation =
  /** @property status what HTTP says to it */
  | { readonly kind: "refused"; readonly status: number; readonly errors: readonly GraphQLFormattedError[] }
  | { readonly kind: "single"; readonly result: FormattedExecutionResult }
  /** JSON texts of results, written once for all who get the same. */
  | { readonly kind: "stream"; readonly events: AsyncGenerator<string, StreamEnd> };

export interface StartOptions {
  /** False for what came by GET, which anybody's page can make a browser send. */
  readonly mayMutate: boolean;
  /** Called when a subscription was ended because its client does not read what it is sent. */
  readonly onOverrun: () => void;
}

/** The one way to run an operation, whichever door it came in by. */
export interface Operations {
  /**
   * Runs a query or mutation exactly as POST /graphql does, without HTTP, for someone whose token is already verified.
   * @returns data and errors as a client may see them
   */
  execute(request: OperationRequest, context: RequestContext): Promise<OperationResult>;
  /**
   * Starts an operation of any kind for someone whose token is already verified.
   */
  start(submitted: SubmittedOperation, context: RequestContext, options: StartOptions): Promise<StartedOperation>;
  /** Resolves when no query and no mutation runs. */
  settled(): Promise<void>;
}

export interface OperationsOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly subscriptions: Subscriptions;
  readonly texts: OperationTexts;
  readonly admission: Admission;
  readonly formatError: FormatError;
}

export function createOperations(options: OperationsOptions): Operations {
  const { apollo, subscriptions, formatError } = options;
  const running = new Set<Promise<unknown>>();

  const run = async (request: OperationRequest, context: RequestContext): Promise<OperationResult> => {
    const { query, operationName, variables } = request;
    const { http, body } = await apollo.executeOperation(
      { query, operationName: operationName ?? undefined, variables: { ...variables } },
      { contextValue: context },
    );
    if (body.kind !== "single") throw new Error("Incremental delivery is not offered.");
    return { ...body.singleResult, status: http.status };
  };
  const execute = (request: OperationRequest, context: RequestContext): Promise<OperationResult> => {
    const work = run(request, context).finally(() => running.delete(work));
    running.add(work);
    return work;
  };

  const textOf = (submitted: SubmittedOperation): string => {
    const text = options.texts.resolve(submitted);
    if (text === undefined) throw badRequest("An operation is JSON with `query`, its text, in it.");
    return text;
  };

  return {
    execute: async (request, context) => {
      try {
        options.admission.admit(request);
        return await execute(request, context);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        return { status: statusOf(error), errors: formatErrors([error], formatError) };
      }
    },
    start: async (submitted, context, { mayMutate, onOverrun }) => {
      let request: OperationRequest;
      try {
        request = { ...submitted, query: textOf(submitted) };
        options.admission.admit(request);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        return { kind: "refused", status: statusOf(error) ?? 400, errors: formatErrors([error], formatError) };
      }
      const document = tryParse(request.query);
      const operation = document && getOperationAST(document, request.operationName);
      if (operation?.operation === OperationTypeNode.MUTATION && !mayMutate) {
        return {
          kind: "refused",
          status: 405,
          errors: formatErrors([badRequest("Send mutations by POST.")], formatError),
        };
      }
      if (document !== undefined && operation?.operation === OperationTypeNode.SUBSCRIPTION) {
        const subscribed = subscriptions.subscribe({ ...request, document, context, onOverrun });
        return subscribed.ok
          ? { kind: "stream", events: subscribed.events }
          : { kind: "refused", status: 400, errors: subscribed.errors };
      }
      const { status = 400, ...result } = await execute(request, context);
      return result.data !== undefined
        ? { kind: "single", result }
        : { kind: "refused", status, errors: result.errors ?? [] };
    },
    settled: async () => {
      await Promise.allSettled(running);
    },
  };
}

/** What does not parse is left to Apollo Server, which says what is wrong with it. */
function tryParse(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

function statusOf(error: GraphQLError): number | undefined {
  const { http } = error.extensions as { http?: { status?: number } };
  return http?.status;
}
