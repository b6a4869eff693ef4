import { runProcess } from "@shop/lifecycle";
import { createMailbox } from "@shop/mailer";
import { registerRestFacade } from "@shop/rest-facade";
import { handSpansOn, operationsAddress } from "@shop/telemetry";
import { loadConfig } from "./config";
import { registerPages } from "./pages/pages";
import { startService } from "./service";

handSpansOn();
const config = loadConfig();

runProcess(
  "gateway",
  (log) =>
    startService(config, log, (app, { admit, schema, subgraphs }) => {
      const { pages, consoles, production, mailboxDir } = config;
      registerRestFacade(app, { admit, schema, docs: pages.includes("docs"), log });
      const mailbox = mailboxDir === undefined ? undefined : createMailbox(mailboxDir);
      registerPages(app, { pages, development: !production, subgraphs, consoles, mailbox });
    }),
  operationsAddress,
);
