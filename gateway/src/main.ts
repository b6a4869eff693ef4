import { runProcess } from "@shop/lifecycle";
import { registerRestFacade } from "@shop/rest-facade";
import { loadConfig } from "./config";
import { registerPages } from "./pages/pages";
import { startService } from "./service";

runProcess("gateway", (log) =>
  startService(loadConfig(), log, (app, operations) => {
    registerRestFacade(app, { execute: (request) => operations.execute(request) });
    registerPages(app);
  }),
);
