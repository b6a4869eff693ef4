import { type Logger } from "@shop/telemetry";
import { type FastifyInstance } from "fastify";
import { type GraphQLSchema } from "graphql";
import { allRoutes } from "./all-routes";
import { docsPage } from "./docs-page";
import { describeRoutes, type OpenApiDocument, type OpenApiPaths } from "./openapi";
import { type AdmitCaller } from "./operation";
import { sendProblem } from "./problem";
import { type Route, type ServiceName } from "./route";
import { answerProblems, takeJsonAlone } from "./scope";
import { serveRoutes } from "./serve";

export interface RestFacadeOptions {
  /** The service whose routes are served; all of them where it is not given. */
  readonly service?: ServiceName;
  readonly admit: AdmitCaller;
  /** The graph that the operations are for: what it says of its types, the description says of the answers. */
  readonly schema: () => GraphQLSchema;
  /** Whether the routes are described: at /openapi.json, and on a page at /docs. */
  readonly docs: boolean;
  /** What the host serves beside them, to be described with them. */
  readonly otherPaths?: OpenApiPaths | undefined;
  readonly log: Logger;
}

const prefix = "/v1";

/** Whether an address is one of REST, as far as it can be read. */
export function isRestUrl(url: string | undefined): boolean {
  return url === prefix || url?.startsWith(`${prefix}/`) === true;
}

/** Adds the REST routes and, where they are to be described, /openapi.json and the page to read and try them at /docs. */
export function registerRestFacade(app: FastifyInstance, options: RestFacadeOptions): void {
  const { service, admit, log } = options;
  const routes = allRoutes.filter((route) => service === undefined || route.service === service);
  void app.register(
    (rest, _options, done) => {
      answerProblems(rest, log);
      takeJsonAlone(rest);
      rest.setNotFoundHandler((_request, reply) =>
        sendProblem(reply, { status: 404, code: "NOT_FOUND", detail: "There is no such route." }),
      );
      serveRoutes(rest, routes, { admit, prefix });
      done();
    },
    { prefix },
  );
  if (options.docs) registerDocs(app, routes, options);
}

function registerDocs(app: FastifyInstance, routes: readonly Route[], options: RestFacadeOptions): void {
  const { service, schema, otherPaths } = options;
  const title = service === undefined ? "The shop" : `The shop: ${service}`;
  let description: OpenApiDocument | undefined; // made when someone first asks: a hundred operations are a second's work
  app.get("/openapi.json", () => (description ??= describeRoutes(routes, { title, schema: schema(), otherPaths })));
  app.get("/docs", (_request, reply) => reply.type("text/html; charset=utf-8").send(docsPage));
}
