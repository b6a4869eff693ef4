// npm run ratings:recompute: counts the ratings of all products anew and mends what differs. It can run beside the service.
import { isDatabaseOutage } from "@shop/postgres";
import { createLogger } from "@shop/telemetry";
import { loadDatabaseUrl } from "./config";
import { createDatabase } from "./database";
import { createRatings } from "./ratings";

async function main(): Promise<void> {
  const db = createDatabase({ url: loadDatabaseUrl(), log: createLogger("ratings-recompute") });
  try {
    const { products, changed } = await createRatings({ db }).recompute();
    process.stdout.write(`${products} products, the ratings of ${changed} changed\n`);
  } finally {
    await db.$disconnect();
  }
}

main().catch((error: unknown) => {
  const outage = "The comment database (COMMENT_DATABASE_URL) does not answer.";
  process.stderr.write(`${isDatabaseOutage(error) ? outage : String(error)}\n`);
  process.exitCode = 1;
});
