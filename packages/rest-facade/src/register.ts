import { type Logger } from "@shop/telemetry";
import { type FastifyError, type FastifyInstance } from "fastify";
import { type GraphQLSchema } from "graphql";
import { allRoutes } from "./all-routes";
import { docsPage } from "./docs-page";
import { type SubscribeOperation } from "./event-stream";
import { describeRoutes, type OpenApiDocument } from "./openapi";
import { type ExecuteOperation } from "./operation";
import { sendProblem, sendUnreadable } from "./problem";
import { type ServiceName } from "./route";
import { serveRoutes } from "./serve";

export interface RestFacadeOptions {
  /** The service whose routes are served; all of them where it is not given. */
  readonly service?: ServiceName;
  readonly execute: ExecuteOperation;
  /** Needed where one of the routes is a stream. */
  readonly subscribe?: SubscribeOperation;
  /** The graph that the operations are for: what it says of its types, the description says of the answers. */
  readonly schema: () => GraphQLSchema;
  /** Whether there is a page at /docs; there is unless this says otherwise. */
  readonly docsPage?: boolean;
  readonly log: Logger;
}

const prefix = "/v1";

/** Adds the REST routes, their description at /openapi.json, and the page to read and try them at /docs. */
export function registerRestFacade(app: FastifyInstance, options: RestFacadeOptions): void {
  const { service, execute, subscribe, schema, docsPage: hasDocsPage = true, log } = options;
  const routes = allRoutes.filter((route) => service === undefined || route.service === service);
  void app.register(
    (rest, _options, done) => {
      rest.setErrorHandler((error: FastifyError, _request, reply) => {
        const { statusCode: status = 500 } = error;
        if (status < 500) return sendUnreadable(reply, status);
        log.error({ err: error }, "a REST route failed");
        return sendProblem(reply, { status: 500, code: "INTERNAL_SERVER_ERROR", detail: "Something went wrong here." });
      });
      rest.setNotFoundHandler((_request, reply) =>
        sendProblem(reply, {
          status: 404,
          code: "NOT_FOUND",
          detail: "There is no such route: /openapi.json names all.",
        }),
      );
      serveRoutes(rest, routes, { execute, subscribe, prefix });
      done();
    },
    { prefix },
  );

  let description: OpenApiDocument | undefined; // made when someone first asks: a hundred operations are a second's work
  app.get("/openapi.json", () => {
    return (description ??= describeRoutes(
      routes,
      service === undefined ? "The shop" : `The shop: ${service}`,
      schema(),
    ));
  });
  if (hasDocsPage) app.get("/docs", (_request, reply) => reply.type("text/html; charset=utf-8").send(docsPage));
}
