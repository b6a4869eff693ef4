import { type Revocations, type VerifyAccessToken, type Viewer } from "@shop/auth";
import { serviceUnavailable, toClientError, unauthenticated } from "@shop/graphql-errors";
import { type GraphqlAnswer, type GraphqlError, type SubscribeOperation } from "@shop/rest-facade";
import { type Logger } from "@shop/telemetry";
import { type ExecutionResult, GraphQLError, type GraphQLSchema, parse } from "graphql";
import { type Context } from "../context";
import { subscribeTraced } from "./traced-subscription";

/** Subscriptions of the REST routes that stream, for who holds a user's token. */
export interface RestStreams {
  readonly subscribe: SubscribeOperation;
  /** Ends them all; their clients come back, to another instance. */
  stop(): void;
}

type Events = AsyncGenerator<ExecutionResult, void>;

/**
 * @param options.schema read at each subscription
 * @param options.maxStreams so many may be open at once: one more is SERVICE_UNAVAILABLE
 */
export function createRestStreams(options: {
  schema: () => GraphQLSchema;
  verifyViewer: VerifyAccessToken;
  revocations: Revocations;
  maxStreams: number;
  createContext: (peer: { viewer: Viewer | null; authorization: string | null }) => Context;
  isOutage: (error: unknown) => boolean;
  log: Logger;
}): RestStreams {
  const { verifyViewer, revocations, createContext, isOutage, log } = options;
  const open = new Set<Events>();
  let places = options.maxStreams;

  function tell(thrown: unknown): GraphqlError {
    const error = thrown instanceof GraphQLError ? thrown : new GraphQLError("", { originalError: thrown as Error });
    return toClientError(error.toJSON(), error.originalError ?? error, log, isOutage);
  }

  async function* tellAll(
    events: Events,
    viewer: Viewer | null,
    signal: AbortSignal,
  ): AsyncGenerator<GraphqlAnswer, readonly GraphqlError[]> {
    const token = { hasEnded: false };
    const end = (): void => void events.return();
    const onTokenEnd = (): void => {
      token.hasEnded = true;
      end();
    };
    const expiry = viewer && setTimeout(onTokenEnd, viewer.expiresAt.getTime() - Date.now());
    const endWatch = viewer && revocations.watch(viewer, onTokenEnd);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    open.add(events);
    try {
      for await (const { data = null, errors = [] } of events) yield { data, errors: errors.map(tell) };
      return token.hasEnded ? [tell(unauthenticated())] : [];
    } catch (error) {
      return [tell(error)]; // a position that is gone by now, for one
    } finally {
      open.delete(events);
      clearTimeout(expiry ?? undefined);
      endWatch?.();
    }
  }

  return {
    subscribe: async ({ query, variables, authorization, signal }) => {
      if (places <= 0) return { ok: false, errors: [tell(serviceUnavailable("Another stream"))] };
      if (signal.aborted) return { ok: false, errors: [] };
      places -= 1; // before anything is waited for: many may come at once
      signal.addEventListener("abort", () => (places += 1), { once: true });
      try {
        const viewer = await verifyViewer(authorization);
        const contextValue = createContext({ viewer, authorization: authorization ?? null });
        const document = parse(query);
        const events = await subscribeTraced({
          schema: options.schema(),
          document,
          variableValues: variables,
          contextValue,
        });
        return Symbol.asyncIterator in events
          ? { ok: true, events: tellAll(events, viewer, signal) }
          : { ok: false, errors: (events.errors ?? []).map(tell) };
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        return { ok: false, errors: [tell(error)] };
      }
    },
    stop: () => {
      for (const events of open) void events.return();
    },
  };
}
