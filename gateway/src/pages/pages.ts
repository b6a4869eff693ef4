import { pagePolicy } from "@shop/http-door";
import { type KeptMail } from "@shop/mailer";
import { type FastifyInstance } from "fastify";
import { type PageName } from "./page-names";
import { renderGraphiqlPage } from "./graphiql-page";
import { registerLargePage } from "./large-page";
import { registerMailboxPage } from "./mailbox";
import { renderSandboxPage, sandboxHosts } from "./sandbox-page";
import { createServiceStatus, fetchReadiness, type Readiness } from "./service-status";
import { renderStartPage } from "./start-page";

export interface PagesOptions {
  /** Which there are; `docs` is the REST facade's own. */
  readonly pages: readonly PageName[];
  /** Whether to show what is for development alone: addresses and demo accounts. */
  readonly development: boolean;
  /** The services behind the gateway, where it asks them. */
  readonly subgraphs: () => readonly { readonly name: string; readonly url: string }[];
  /** What looks into the stores and the traces, as its readers reach it. */
  readonly consoles: Consoles;
  /** Undefined: there is no page of it. */
  readonly mailbox: { list(): Promise<KeptMail[]> } | undefined;
}

export interface Consoles {
  readonly minio: string | undefined;
  readonly jaeger: string | undefined;
}

const html = "text/html; charset=utf-8";

/**
 * The pages for people: the start page at /, GraphiQL at /graphiql, Apollo Sandbox at /graphql where a browser opens it
 * as a page, and in development the mailbox. All but Sandbox come from our own files.
 */
export function registerPages(app: FastifyInstance, options: PagesOptions): void {
  const { pages, mailbox } = options;
  if (mailbox !== undefined) registerMailboxPage(app, mailbox);
  if (pages.includes("start")) registerStartPage(app, options);
  if (pages.includes("sandbox")) registerSandboxPage(app, pages.includes("graphiql"));
  if (pages.includes("graphiql")) registerLargePage(app, "/graphiql", renderGraphiqlPage);
}

function registerStartPage(app: FastifyInstance, options: PagesOptions): void {
  const { pages, development, subgraphs, consoles, mailbox } = options;
  const offered = {
    graphiql: ["/graphiql", "GraphiQL", "queries, mutations and subscriptions, with examples in its tabs"],
    sandbox: ["/graphql", "Apollo Sandbox", "the same, from Apollo's host where it can be reached"],
    docs: ["/docs", "REST API", "its reference, to read and to try"],
  } as const;
  const links = [
    ...(["graphiql", "sandbox", "docs"] as const).filter((name) => pages.includes(name)).map((name) => offered[name]),
    ...(pages.includes("docs") ? [["/openapi.json", "openapi.json", "the REST API as OpenAPI 3.1"] as const] : []),
    ...(mailbox ? [["/mailbox", "Mailbox", "the mail that would have been sent"] as const] : []),
    ["/readyz", "readyz", "whether the gateway is ready, for machines"] as const,
    ...(consoles.jaeger ? [[consoles.jaeger, "Jaeger", "the traces"] as const] : []),
    ...(consoles.minio ? [[consoles.minio, "MinIO", "the images' store"] as const] : []),
  ];
  const page = renderStartPage({ links, demoAccounts: development });
  app.get("/", (_request, reply) => reply.type(html).send(page));

  const ownReadiness = async (): Promise<Readiness> => {
    const { statusCode, body } = await app.inject("/readyz");
    return { ready: statusCode === 200, body: JSON.parse(body) };
  };
  const statuses = createServiceStatus(() => ({
    gateway: ownReadiness,
    ...Object.fromEntries(subgraphs().map(({ name, url }) => [name, () => fetchReadiness(url)])),
  }));
  app.get("/status", async (_request, reply) => {
    const addresses = new Map(subgraphs().map(({ name, url }) => [name, new URL(url).origin]));
    const services = await statuses();
    return reply.send({
      services: services.map((status) => ({ ...status, ...(development && { url: addresses.get(status.name) }) })),
    });
  });
}

function registerSandboxPage(app: FastifyInstance, graphiql: boolean): void {
  const page = renderSandboxPage(graphiql);
  const policy = pagePolicy(page, sandboxHosts);
  app.addHook("onRequest", async (request, reply) => {
    const opensAsPage = request.method === "GET" && request.headers.accept?.includes("text/html") === true;
    if (opensAsPage && request.url === "/graphql") {
      return reply.type(html).header("content-security-policy", policy).send(page);
    }
  });
}
