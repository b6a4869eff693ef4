import { runProcess } from "@shop/lifecycle";
import { createMailbox } from "@shop/mailer";
import { registerRestFacade } from "@shop/rest-facade";
import { loadConfig } from "./config";
import { registerMailboxPage } from "./pages/mailbox";
import { registerPages } from "./pages/pages";
import { startService } from "./service";

const config = loadConfig();

runProcess("gateway", (log) =>
  startService(config, log, (app, { operations, subscribe, schema }) => {
    registerRestFacade(app, { execute: (request) => operations.execute(request), subscribe, schema, log });
    registerPages(app);
    if (config.mailboxDir !== undefined) registerMailboxPage(app, createMailbox(config.mailboxDir));
  }),
);
