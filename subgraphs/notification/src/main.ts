import { runProcess } from "@shop/lifecycle";
import { loadConfig } from "./config";
import { startService } from "./service";

runProcess("notification", (log) => startService(loadConfig(), log));
