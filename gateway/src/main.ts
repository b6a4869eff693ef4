import { runProcess } from "@shop/lifecycle";
import { loadConfig } from "./config";
import { startService } from "./service";

runProcess("gateway", (log) => startService(loadConfig(), log));
