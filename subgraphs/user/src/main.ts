import { runProcess } from "@shop/lifecycle";
import { operationsAddress } from "@shop/telemetry";
import { loadConfig } from "./config";
import { startService } from "./service";

runProcess("user", (log, signal) => startService(loadConfig(), log, signal), operationsAddress);
