// npm run dead-letters -- list|show|retry: at the broker of the shop that runs, or at KAFKA_BROKERS.
import { join } from "node:path";
import { loadConfig } from "./config";
import { runShopCommand } from "./shop-command";

const root = join(__dirname, "../..");
const config = loadConfig(root);

runShopCommand(config, {
  script: join(root, "packages/messaging/dist/dead-letters-command.js"),
  args: process.argv.slice(2),
  isStoreGiven: config.KAFKA_BROKERS !== undefined,
  wayOut: "start one with `npm start`, or set KAFKA_BROKERS.",
});
