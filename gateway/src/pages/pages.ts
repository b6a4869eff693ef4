import { type FastifyInstance } from "fastify";
import { examples } from "./examples";

/**
 * The pages for people: GraphiQL at /graphiql, from our own files, with subscriptions over WebSocket and an example for
 * each step of a purchase in its tabs. The root leads to it, and so does /graphql where a browser opens it as a page.
 */
export function registerPages(app: FastifyInstance): void {
  let graphiql: Promise<string> | undefined; // nine megabytes, loaded when someone first asks
  app.get("/graphiql", async (_request, reply) =>
    reply.type("text/html; charset=utf-8").send(await (graphiql ??= renderGraphiql())),
  );
  app.get("/", (_request, reply) => reply.redirect("/graphiql"));
  app.addHook("onRequest", async (request, reply) => {
    const opensAsPage = request.method === "GET" && request.headers.accept?.includes("text/html") === true;
    if (opensAsPage && request.url === "/graphql") return reply.redirect("/graphiql");
  });
}

async function renderGraphiql(): Promise<string> {
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  return renderGraphiQL({
    title: "The shop: GraphiQL",
    endpoint: "/graphql",
    subscriptionsProtocol: "WS",
    defaultTabs: examples.map((query) => ({ query })),
    defaultEditorToolsVisibility: "headers",
    shouldPersistHeaders: true,
  });
}
