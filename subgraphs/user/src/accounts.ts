import { requireViewer, type Role, type Viewer } from "@shop/auth";
import { userRegistered } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { appendToOutbox } from "@shop/messaging";
import { isUniqueViolation } from "@shop/postgres";
import { type Database, type Transaction, type UserRow } from "./database";
import { toProfile } from "./events";
import { endLinks } from "./mailed-links";
import { type PasswordCheck } from "./password-check";
import { type PasswordHasher } from "./password-hasher";
import { weaknessOf } from "./password-rules";
import { refuse, type Refusal, type Throttled, toProblems } from "./problem";
import { newProfile, toEmailKey } from "./profile-rules";
import { revoke, type Sessions, type SignedIn } from "./sessions";
import { type Client, type Throttle } from "./throttle";

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  readonly phone?: string | null;
}

export type Accounts = ReturnType<typeof createAccounts>;

const emailTaken = refuse("EMAIL_TAKEN", "There is an account with this address: sign in instead.", ["email"]);
const wrongCredentials = refuse("INVALID_CREDENTIALS", "The address or the password is wrong.");
const wrongPassword = refuse("INVALID_CREDENTIALS", "This is not your current password.", ["currentPassword"]);

/** How somebody comes by an account, and shows that it is theirs. */
export function createAccounts(deps: {
  db: Database;
  hasher: PasswordHasher;
  passwordCheck: PasswordCheck;
  throttle: Throttle;
  sessions: Sessions;
}) {
  const { db, hasher, passwordCheck, throttle, sessions } = deps;

  /** Makes an account, and in the same transaction what `then` makes of it. */
  async function add<T>(
    registration: Registration,
    role: Role,
    then: (tx: Transaction, user: UserRow) => Promise<T>,
  ): Promise<T | Refusal> {
    const profile = newProfile.safeParse(registration);
    const weakness = weaknessOf(registration.password, registration);
    if (!profile.success || weakness !== undefined) {
      const problems = profile.success ? [] : toProblems(profile.error);
      const weak = weakness === undefined ? [] : refuse("WEAK_PASSWORD", weakness, ["password"]).problems;
      return { ok: false, problems: [...problems, ...weak] };
    }
    const { email, displayName, phone = null } = profile.data;
    const emailKey = toEmailKey(email);
    if ((await db.user.count({ where: { emailKey } })) > 0) return emailTaken; // before the work of hashing
    const passwordHash = await hasher.hash(registration.password);
    try {
      return await db.$transaction(async (tx) => {
        const user = await tx.user.create({
          data: { id: createId("usr"), email, emailKey, passwordHash, displayName, phone, role, createdAt: new Date() },
        });
        await appendToOutbox(tx, userRegistered, toProfile(user, null));
        return then(tx, user);
      });
    } catch (error) {
      if (isUniqueViolation(error)) return emailTaken; // somebody was faster
      throw error;
    }
  }

  return {
    /** Makes a customer's account and signs in. */
    register: async (registration: Registration, client: Client): Promise<SignedIn | Refusal | Throttled> => {
      const admitted = await throttle.request("registration", client);
      if (!admitted.ok) return admitted;
      return add(registration, "CUSTOMER", (tx, user) => sessions.open(tx, user, client.userAgent));
    },

    /** Makes an account with any role, for whoever runs the shop; no request from outside comes here. */
    create: (registration: Registration, role: Role): Promise<{ ok: true; userId: string } | Refusal> =>
      add(registration, role, (_tx, user) => Promise.resolve({ ok: true as const, userId: user.id })),

    /** Signs in. An unknown address and a wrong password get the same answer for the same work. */
    signIn: async (
      credentials: { email: string; password: string },
      client: Client,
    ): Promise<SignedIn | Refusal | Throttled> => {
      const { password } = credentials;
      const emailKey = toEmailKey(credentials.email);
      const user = await db.user.findUnique({ where: { emailKey } });
      const oldHash = user?.passwordHash ?? null;
      const checked = await passwordCheck.toSignIn(emailKey, client, password, oldHash);
      if (typeof checked === "object") return checked;
      if (checked === "WRONG" || user === null || oldHash === null) return wrongCredentials;
      const passwordHash = hasher.isOutdated(oldHash) ? await hasher.hash(password) : oldHash;
      return db.$transaction(async (tx) => {
        if (!(await replaceHash(tx, user, passwordHash))) return wrongCredentials;
        return sessions.open(tx, user, client.userAgent);
      });
    },

    /** Changes the viewer's password, ends all their sessions and signs in anew. */
    changePassword: async (
      viewer: Viewer | null,
      change: { currentPassword: string; newPassword: string },
      client: Client,
    ): Promise<SignedIn | Refusal | Throttled> => {
      const { userId, sessionId } = requireViewer(viewer);
      const user = await db.user.findUnique({ where: { id: userId } });
      const checked = await passwordCheck.again(sessionId, change.currentPassword, user?.passwordHash ?? null);
      if (typeof checked === "object") return checked;
      if (checked === "WRONG" || user === null) return wrongPassword;
      const weakness = weaknessOf(change.newPassword, user);
      if (weakness !== undefined) return refuse("WEAK_PASSWORD", weakness, ["newPassword"]);
      const passwordHash = await hasher.hash(change.newPassword);
      return db.$transaction(async (tx) => {
        if (!(await replaceHash(tx, user, passwordHash))) return wrongPassword;
        await endLinks(tx, ["RESET_PASSWORD"], user.emailKey);
        await revoke(tx, userId);
        return sessions.open(tx, user, client.userAgent);
      });
    },
  };
}

/**
 * Sets the hash of a user whose password was found right, and locks them until the transaction ends.
 * @returns false where the password was changed since: it is right no more
 */
async function replaceHash(tx: Transaction, user: UserRow, passwordHash: string): Promise<boolean> {
  const where = { id: user.id, passwordHash: user.passwordHash };
  const { count } = await tx.user.updateMany({ where, data: { passwordHash } });
  return count === 1;
}
