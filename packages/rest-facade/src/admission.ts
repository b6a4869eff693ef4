import { requireRoleToRead, requireViewer, type Viewer } from "@shop/auth";
import { spanOf } from "@shop/telemetry";
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import { type AdmitCaller, type AdmittedCaller, type GraphqlError, sendGraphqlError } from "./operation";
import { type Route } from "./route";

interface Admitted extends AdmittedCaller {
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal;
}

const decorator = "admitted";

/** Makes room in requests for who was admitted. */
export function holdAdmitted(app: FastifyInstance): void {
  app.decorateRequest(decorator);
}

/** Whose request this is, once `admitTo` let it in. */
export function admittedOf(request: FastifyRequest): Admitted {
  return request.getDecorator<Admitted>(decorator);
}

/**
 * Lets in whom a route is for: a hook that runs before a body is read. So a stranger is told to sign in (401) and a role
 * that is short of it (403) whatever else is wrong with their requests, and costs no parsing.
 */
export function admitTo(route: Route, admit: AdmitCaller) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const leaving = new AbortController();
    const { signal } = leaving;
    reply.raw.once("close", () => leaving.abort());
    const { authorization, "user-agent": userAgent } = request.headers;
    const admission = await admit({ authorization, userAgent, address: request.ip, signal, span: spanOf(request.raw) });
    const [refusal] = admission.ok ? refusalsOf(route, admission.viewer) : admission.errors;
    if (refusal !== undefined) return sendGraphqlError(reply, { statuses: {} }, refusal);
    request.setDecorator(decorator, { ...admission, signal });
    return undefined;
  };
}

/** As the services would refuse it themselves. Whether a role still holds is theirs to say. */
function refusalsOf({ access }: Route, viewer: Viewer | null): readonly GraphqlError[] {
  try {
    if (access === "viewer") requireViewer(viewer);
    if (access === "staff") requireRoleToRead(viewer, "STAFF");
    if (access === "admin") requireRoleToRead(viewer, "ADMIN");
    return [];
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}
