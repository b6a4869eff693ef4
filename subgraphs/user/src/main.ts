import { runProcess } from "@shop/lifecycle";
import { loadConfig } from "./config";
import { startService } from "./service";

runProcess("user", (log) => startService(loadConfig(), log));
