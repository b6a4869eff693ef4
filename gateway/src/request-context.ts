import { type VerifyAccessToken, type Viewer } from "@shop/auth";
import { serviceUnavailable } from "@shop/graphql-errors";
import { type Logger } from "@shop/telemetry";
import { GraphQLError } from "graphql";

/** Who asks, and what of their request a subgraph gets to see. */
export interface RequestContext {
  readonly viewer: Viewer | null;
  readonly authorization: string | undefined;
  readonly userAgent: string | undefined;
  /** The client's IP address, as the connection or a trusted proxy has it; undefined where nobody beyond this process asks. */
  readonly address: string | undefined;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal | undefined;
}

export interface Credentials {
  readonly authorization?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly address?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Verifies a request's access token, once, before anything is parsed.
 * @throws UNAUTHENTICATED (HTTP 401) for a token that does not hold, SERVICE_UNAVAILABLE (HTTP 503) where the keys to
 *   verify it cannot be read
 */
export type Authenticate = (credentials: Credentials) => Promise<RequestContext>;

export function createAuthenticate(deps: { verify: VerifyAccessToken; log: Logger }): Authenticate {
  return async ({ authorization, userAgent, address, signal }) => {
    try {
      return { viewer: await deps.verify(authorization), authorization, userAgent, address, signal };
    } catch (error) {
      if (error instanceof GraphQLError) throw withStatus(error, 401);
      deps.log.error({ err: error }, "an access token could not be verified");
      throw withStatus(serviceUnavailable("Signing in"), 503);
    }
  };
}

function withStatus(error: GraphQLError, status: number): GraphQLError {
  return new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status } } });
}
