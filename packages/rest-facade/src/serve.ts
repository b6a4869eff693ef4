import { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { admittedOf, admitTo, holdAdmitted } from "./admission";
import { type RestAnswer } from "./answers";
import { entityTagOf, isKnown } from "./conditional";
import { serveStream } from "./event-stream";
import { accepts, refuseOtherMethods } from "./negotiation";
import { type AdmitCaller, sendGraphqlError } from "./operation";
import { sendProblem } from "./problem";
import { readRequest } from "./read-request";
import { type Route } from "./route";
import { statusOf } from "./status";

const json = "application/json";

/** Serves each route by its operation, with no rule and no store of its own. @param prefix which `app` adds to paths */
export function serveRoutes(
  app: FastifyInstance,
  routes: readonly Route[],
  { admit, prefix }: { admit: AdmitCaller; prefix: string },
): void {
  holdAdmitted(app);
  for (const path of new Set(routes.map((route) => route.path))) {
    const url = path.slice(prefix.length).replaceAll(/\{(\w+)\}/g, ":$1");
    const here = routes.filter((route) => route.path === path);
    for (const route of here) {
      const handler = route.streams ? serveStream(route) : serveRoute(route);
      const onRequest = admitTo(route, admit);
      app.route({ method: route.method, url, onRequest, handler, exposeHeadRoute: !route.streams });
    }
    const methods = here.flatMap(({ method, streams }) => (method === "GET" && !streams ? ["GET", "HEAD"] : [method]));
    refuseOtherMethods(app, url, methods);
  }
}

function serveRoute(route: Route) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (!accepts(request.headers.accept, json)) {
      return sendProblem(reply, { status: 406, code: "BAD_REQUEST", detail: `Answers are JSON: accept ${json}.` });
    }
    const read = readRequest(route, request);
    if (!read.ok) return sendProblem(reply, read.problem);
    const operation = { query: route.operation, variables: route.variables(read.value) };
    const { data, errors } = await admittedOf(request).execute(operation);
    const [error] = errors ?? [];
    if (error !== undefined) return sendGraphqlError(reply, route, error);
    return sendAnswer(request, reply, route, route.answer.read(data ?? {}));
  };
}

function sendAnswer(request: FastifyRequest, reply: FastifyReply, route: Route, answer: RestAnswer): FastifyReply {
  switch (answer.kind) {
    case "missing":
      return sendProblem(reply, { status: 404, code: "NOT_FOUND", detail: "There is no such thing, or none for you." });
    case "refused": {
      const code = answer.errors[0]?.code ?? "INVALID_INPUT";
      const detail = answer.errors.map(({ message }) => message).join(" ");
      return sendProblem(reply, { status: statusOf(code, route.statuses), code, detail, errors: answer.errors });
    }
    case "page": {
      const { items, nextCursor, more } = answer;
      const links = linksOf(request, nextCursor);
      if (links.length > 0) void reply.header("link", links.join(", "));
      return sendBody(request, reply, route, route.ok, { items, nextCursor, ...more });
    }
    case "body":
      return sendBody(request, reply, route, answer.status ?? route.ok, answer.body);
  }
}

function sendBody(
  request: FastifyRequest,
  reply: FastifyReply,
  { location }: Route,
  status: number,
  body: unknown,
): FastifyReply {
  void reply.code(status);
  if (body === undefined) return reply.send();
  const text = JSON.stringify(body);
  const { id, version } = (body ?? {}) as { id?: unknown; version?: unknown };
  const isRead = request.method === "GET" || request.method === "HEAD";
  void reply
    .header("vary", "Origin, Authorization, Accept")
    .header("cache-control", isRead ? "private, no-cache" : "no-store");
  if (location !== undefined && typeof id === "string") void reply.header("location", location.replace("{id}", id));
  if (isRead || version !== undefined) {
    const tag = entityTagOf(text, version);
    void reply.header("etag", tag);
    if (isRead && isKnown(tag, request.headers["if-none-match"])) return reply.code(304).send();
  }
  return reply.type(`${json}; charset=utf-8`).send(text);
}

/** To the next page, and from a later one to the first; cursors lead forward alone, so that none is to the one before. */
function linksOf(request: FastifyRequest, nextCursor: string | null): string[] {
  const url = new URL(request.url, "http://shop");
  const linkTo = (rel: string): string => `<${url.pathname}${url.search}>; rel="${rel}"`;
  const links: string[] = [];
  if (url.searchParams.has("after")) {
    url.searchParams.delete("after");
    links.push(linkTo("first"));
  }
  if (nextCursor !== null) {
    url.searchParams.set("after", nextCursor);
    links.push(linkTo("next"));
  }
  return links;
}
