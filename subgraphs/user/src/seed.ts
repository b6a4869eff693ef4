// node dist/seed.js: the demo accounts, through the same use cases as any account, so that their events are told too.
import { type Role } from "@shop/auth";
import { createImageStore } from "@shop/images";
import { createLogger } from "@shop/telemetry";
import { type Config, loadConfig } from "./config";
import { createDatabase } from "./database";
import { toEmailKey } from "./profile-rules";
import { openSigningKeys } from "./signing-keys";
import { createTryCounter } from "./try-counter";
import { createUseCases } from "./use-cases";

const demoPassword = "demo-password-1";
const demoAccounts: readonly { email: string; displayName: string; phone: string; role: Role }[] = [
  { email: "customer@example.com", displayName: "Clara Lindqvist", phone: "+49 30 5550 1201", role: "CUSTOMER" },
  { email: "staff@example.com", displayName: "Samuel Okafor", phone: "+49 30 5550 1202", role: "STAFF" },
  { email: "admin@example.com", displayName: "Amina Haddad", phone: "+49 30 5550 1203", role: "ADMIN" },
];

/**
 * Makes the demo accounts that are missing, where nobody else has an account and this is not production: their password
 * is known to everyone. A run that was cut short is completed by the next.
 * @returns the addresses of the accounts made
 */
export async function seedAccounts(config: Config): Promise<string[]> {
  if (config.production) return [];
  const log = createLogger("user.seed");
  const db = createDatabase({ url: config.databaseUrl, log });
  try {
    const emailKey = { notIn: demoAccounts.map(({ email }) => toEmailKey(email)) };
    if ((await db.user.count({ where: { emailKey } })) > 0) return [];
    const keys = await openSigningKeys({ db, secret: config.tokenSecret });
    const { accounts } = await createUseCases({
      db,
      keys,
      imageStore: createImageStore(config.imageStore, log),
      counter: createTryCounter({ redisUrl: undefined, log }), // nobody signs in here
      config,
      log,
    });
    const made: string[] = [];
    for (const { role, ...profile } of demoAccounts) {
      const outcome = await accounts.create({ ...profile, password: demoPassword }, role);
      if (outcome.ok) made.push(profile.email);
    }
    return made;
  } finally {
    await db.$disconnect();
  }
}

if (require.main === module) {
  seedAccounts(loadConfig()).then(
    (made) => process.stdout.write(made.length === 0 ? "accounts: none made\n" : `accounts: made ${made.join(", ")}\n`),
    (error: unknown) => {
      process.stderr.write(`accounts: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
