import { type FastifyRequest } from "fastify";
import { type z } from "zod";
import { versionIn } from "./conditional";
import { type ProblemDetails } from "./problem";
import { isVersioned, none, type Route, type RouteInput } from "./route";

const maxKeyLength = 128;

type Read<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: ProblemDetails };

/** What a route may use of a request: everything checked against the route's own table, nothing more let in. */
export function readRequest(route: Route, request: FastifyRequest): Read<RouteInput> {
  const query = route.query.safeParse(request.query);
  if (!query.success) return refuse(unfit(400, "BAD_USER_INPUT", "query", query.error));
  const idempotencyKey = header(request, "idempotency-key") ?? "";
  const lastEventId = header(request, "last-event-id");
  if (route.idempotent && (idempotencyKey === "" || idempotencyKey.length > maxKeyLength)) {
    const detail = `The header Idempotency-Key is required: 1 to ${maxKeyLength} characters of your choice.`;
    return refuse({ status: 400, code: "BAD_USER_INPUT", detail });
  }
  const sent = withVersion(route, request);
  if (!sent.ok) return sent;
  const body = (route.body ?? none).safeParse(sent.value);
  if (!body.success) return refuse(unfit(422, "INVALID_INPUT", "body", body.error));
  const path = request.params as Record<string, string>;
  return { ok: true, value: { path, query: query.data, body: body.data, idempotencyKey, lastEventId } };
}

/** The body, with the version that If-Match asks for where it stands for the body's own. */
function withVersion(route: Route, { body = {}, headers }: FastifyRequest): Read<unknown> {
  const ifMatch = headers["if-match"];
  if (ifMatch === undefined || !isVersioned(route) || !isObject(body)) return { ok: true, value: body };
  const version = versionIn(ifMatch);
  if (version === "any") return { ok: true, value: body };
  const { expectedVersion = version } = body;
  if (version === undefined || (expectedVersion ?? version) !== version) {
    const detail = "If-Match names no version that this can be: read it again.";
    return refuse({ status: 412, code: "VERSION_CONFLICT", detail });
  }
  return { ok: true, value: { ...body, expectedVersion: version } };
}

function header({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(problem: ProblemDetails): { ok: false; problem: ProblemDetails } {
  return { ok: false, problem };
}

function unfit(status: number, code: string, where: string, error: z.ZodError): ProblemDetails {
  return {
    status,
    code,
    detail: `The ${where} does not fit: see errors.`,
    errors: error.issues.map(({ path, message }) => ({ code, message, path: [where, ...path.map(String)] })),
  };
}
