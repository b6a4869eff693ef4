import { runProcess } from "@shop/lifecycle";
import { createMailbox } from "@shop/mailer";
import { registerRestFacade } from "@shop/rest-facade";
import { loadConfig } from "./config";
import { registerPages } from "./pages/pages";
import { startService } from "./service";

const config = loadConfig();

runProcess("gateway", (log) =>
  startService(config, log, (app, { operations, subscribe, schema, subgraphs }) => {
    const { pages, production, mailboxDir } = config;
    const docsPage = pages.includes("docs");
    registerRestFacade(app, { execute: (request) => operations.execute(request), subscribe, schema, docsPage, log });
    const mailbox = mailboxDir === undefined ? undefined : createMailbox(mailboxDir);
    registerPages(app, { pages, development: !production, subgraphs, mailbox });
  }),
);
