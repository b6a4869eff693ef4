// npm run seed -- --products 100000: a large catalogue in the database of the shop that runs, or of MONGO_URL.
import { join } from "node:path";
import { loadConfig } from "./config";
import { runShopCommand } from "./shop-command";

const root = join(__dirname, "../..");
const args = process.argv.slice(2);
const config = loadConfig(root);

runShopCommand(config, {
  script: join(root, "subgraphs/product/dist/seed-command.js"),
  args,
  isStoreGiven: config.MONGO_URL !== undefined || args.includes("--help"), // which needs none
  wayOut: "start one with `npm start`, or set MONGO_URL.",
});
