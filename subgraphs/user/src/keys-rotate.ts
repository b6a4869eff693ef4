// Run by `npm run keys:rotate`: a new key for access tokens. It can run beside the service.
import { isDatabaseOutage } from "@shop/postgres";
import { createLogger } from "@shop/telemetry";
import { loadKeysConfig } from "./config";
import { createDatabase } from "./database";
import { rotateSigningKeys, type RotationOutcome } from "./key-rotation";

async function main(): Promise<void> {
  const { databaseUrl, tokenSecret } = loadKeysConfig();
  const db = createDatabase({ url: databaseUrl, log: createLogger("keys-rotate") });
  try {
    const outcome = await rotateSigningKeys({ db, secret: tokenSecret });
    process.stdout.write(`${describe(outcome)}\n`);
    if (!outcome.ok && outcome.reason === "OTHER_SECRET") process.exitCode = 1;
  } finally {
    await db.$disconnect();
  }
}

function describe(outcome: RotationOutcome): string {
  if (!outcome.ok && outcome.reason === "OTHER_SECRET") {
    return "TOKEN_SECRET is not the one that the service uses: no key was made.";
  }
  const key = `The key ${outcome.keyId} is published, and signs from ${outcome.signsFrom.toISOString()} on`;
  return outcome.ok
    ? `${key}. The keys before it are removed when the last token made with them has ended.`
    : `${key}. No other was made.`;
}

main().catch((error: unknown) => {
  const outage = "The user database (USER_DATABASE_URL) does not answer.";
  process.stderr.write(`${isDatabaseOutage(error) ? outage : String(error)}\n`);
  process.exitCode = 1;
});
