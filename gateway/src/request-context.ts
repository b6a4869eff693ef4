import { type VerifyAccessToken, type Viewer } from "@shop/auth";
import { serviceUnavailable } from "@shop/graphql-errors";
import { type Logger, type TraceSpan } from "@shop/telemetry";
import { GraphQLError } from "graphql";
import { type AbortNotice } from "./abort-notice";
import { withStatus } from "./http-status";
import { type RateLimits } from "./limits/rate-limits";

/** As much of it as a session is shown with; subgraphs are not to be asked to take more. */
const maxUserAgentLength = 500;

/** Who asks, and what of their request a subgraph gets to see. */
export interface RequestContext {
  readonly viewer: Viewer | null;
  readonly authorization: string | undefined;
  readonly userAgent: string | undefined;
  /** The client's IP address, as the connection or a trusted proxy has it; undefined where nobody beyond this process asks. */
  readonly address: string | undefined;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortNotice | undefined;
  /** What all that is done about it is part of; undefined where this process does not trace. */
  readonly span?: TraceSpan | undefined;
}

export interface Credentials {
  readonly authorization?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly address?: string | undefined;
  readonly signal?: AbortNotice | undefined;
  readonly span?: TraceSpan | undefined;
}

/**
 * Counts a request and verifies its access token, once, before anything is parsed.
 * @throws RATE_LIMITED (HTTP 429), UNAUTHENTICATED (HTTP 401) for a token that does not hold, SERVICE_UNAVAILABLE (HTTP 503) where the keys to
 *   verify it cannot be read
 */
export type Authenticate = (credentials: Credentials) => Promise<RequestContext>;

export function createAuthenticate(deps: {
  verify: VerifyAccessToken;
  rateLimits: RateLimits;
  log: Logger;
}): Authenticate {
  const { rateLimits, log } = deps;
  const verify: VerifyAccessToken = async (authorization) => {
    try {
      return await deps.verify(authorization);
    } catch (error) {
      if (error instanceof GraphQLError) throw withStatus(error, isUnauthenticated(error) ? 401 : 503);
      log.error({ err: error }, "an access token could not be verified");
      throw withStatus(serviceUnavailable("Signing in"), 503);
    }
  };
  return async ({ authorization, userAgent, address, signal, span }) => {
    const addressAdmitted = rateLimits.admitAddress(address);
    if (addressAdmitted !== undefined) await addressAdmitted;
    const viewer = await verify(authorization);
    const viewerAdmitted = rateLimits.admitViewer(viewer);
    if (viewerAdmitted !== undefined) await viewerAdmitted;
    return { viewer, authorization, userAgent: userAgent?.slice(0, maxUserAgentLength), address, signal, span };
  };
}

function isUnauthenticated(error: GraphQLError): boolean {
  return error.extensions["code"] === "UNAUTHENTICATED";
}
