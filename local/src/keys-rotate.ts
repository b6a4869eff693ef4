// npm run keys:rotate: in the database of the shop that runs, or at USER_DATABASE_URL (with the service's TOKEN_SECRET).
import { join } from "node:path";
import { loadConfig } from "./config";
import { runShopCommand } from "./shop-command";

const root = join(__dirname, "../..");
const config = loadConfig(root);

runShopCommand(config, {
  script: join(root, "subgraphs/user/dist/keys-rotate.js"),
  args: process.argv.slice(2),
  isStoreGiven: config.USER_DATABASE_URL !== undefined,
  wayOut: "start one with `npm start`, or set USER_DATABASE_URL.",
});
