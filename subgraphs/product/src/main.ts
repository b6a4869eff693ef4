import { runProcess } from "@shop/lifecycle";
import { loadConfig } from "./config";
import { startService } from "./service";

runProcess("product", (log) => startService(loadConfig(), log));
