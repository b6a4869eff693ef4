import { runProcess } from "@shop/lifecycle";
import { operationsAddress } from "@shop/telemetry";
import { loadConfig } from "./config";
import { startService } from "./service";

runProcess("order", (log) => startService(loadConfig(), log), operationsAddress);
