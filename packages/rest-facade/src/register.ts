import { allRoutes } from "./all-routes";
import { type FastifyInstance } from "fastify";
import { docsPage } from "./docs-page";
import { describeRoutes } from "./openapi";
import { type ServiceName } from "./route";
import { type ExecuteOperation, serveRoutes } from "./serve";

export interface RestFacadeOptions {
  /** The service whose routes are served; all of them where it is not given. */
  readonly service?: ServiceName;
  readonly execute: ExecuteOperation;
}

/** Adds the REST routes, their description at /openapi.json, and the page to read and try them at /docs. */
export function registerRestFacade(app: FastifyInstance, { service, execute }: RestFacadeOptions): void {
  const routes = allRoutes.filter((route) => service === undefined || route.service === service);
  serveRoutes(app, routes, execute);
  const description = describeRoutes(routes, service === undefined ? "The shop" : `The shop: ${service}`);
  app.get("/openapi.json", () => description);
  app.get("/docs", (_request, reply) => reply.type("text/html; charset=utf-8").send(docsPage));
}
