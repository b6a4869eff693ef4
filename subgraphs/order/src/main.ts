import { runProcess } from "@shop/lifecycle";
import { loadConfig } from "./config";
import { startService } from "./service";

runProcess("order", (log) => startService(loadConfig(), log));
