import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { rateLimited } from "@shop/graphql-errors";
import { observeLevel } from "@shop/telemetry";
import { createLimiter } from "./limiter";
import { isOverlong, normalise } from "./password-rules";

// OWASP's Password Storage Cheat Sheet for Argon2id (the library's default variant): 19 MiB, 2 passes, 1 lane.
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const parametersInHash = `$argon2id$v=19$m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}$`;

// Hashing takes a thread of libuv's pool of four for some 30 ms: half the pool is left to everything else, and whoever
// would wait longer than about a second is sent away.
const limits = { running: 2, waiting: 64 };

export interface PasswordHasher {
  /** @returns Argon2id in PHC form */
  hash(password: string): Promise<string>;
  /**
   * Whether a password is the hashed one. Without a hash the same work is done for a false, so that how long it takes
   * does not tell whether there is an account.
   */
  matches(password: string, phc: string | null): Promise<boolean>;
  /** Whether a hash was made with other parameters than today's. */
  isOutdated(phc: string): boolean;
}

/** Every method throws RATE_LIMITED where too many wait already. */
export async function createPasswordHasher(): Promise<PasswordHasher> {
  const { limit, waiting } = createLimiter(limits);
  const queue = { description: "Passwords that wait to be hashed or compared", unit: "{password}" };
  observeLevel("shop.password_hashing.waiting", queue, waiting);
  const decoy = await hash(randomBytes(32), parameters);

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = await limit(work);
    if (done === undefined) throw rateLimited(2);
    return done;
  }

  return {
    hash: (password) => inTurn(() => hash(normalise(password), parameters)),
    matches: async (password, phc) => {
      if (isOverlong(password)) return false;
      const right = await inTurn(() => verify(phc ?? decoy, normalise(password)));
      return right && phc !== null;
    },
    isOutdated: (phc) => !phc.startsWith(parametersInHash),
  };
}
