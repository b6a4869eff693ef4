import { type PasswordHasher } from "./password-hasher";
import { type Throttled } from "./problem";
import { type Throttle, type Try } from "./throttle";

export type CheckedPassword = "RIGHT" | "WRONG" | Throttled;
export type PasswordCheck = ReturnType<typeof createPasswordCheck>;

/** Every way to find out whether a password is somebody's: each counts as a try, and takes as long where there is nobody. */
export function createPasswordCheck(deps: { hasher: Pick<PasswordHasher, "matches">; throttle: Throttle }) {
  const { hasher, throttle } = deps;

  async function check(attempt: Try | Throttled, password: string, hash: string | null): Promise<CheckedPassword> {
    if (!attempt.ok) return attempt;
    try {
      if (!(await hasher.matches(password, hash))) return "WRONG";
    } catch (error) {
      await attempt.calledOff(); // nobody has looked at it
      throw error;
    }
    await attempt.succeeded();
    return "RIGHT";
  }

  return {
    /** @param hash of the account's password; null where there is none, or no account */
    toSignIn: async (
      emailKey: string,
      client: Parameters<Throttle["signIn"]>[1],
      password: string,
      hash: string | null,
    ) => check(await throttle.signIn(emailKey, client), password, hash),

    /** Of somebody who is signed in, to be sure that it is them. */
    again: async (sessionId: string, password: string, hash: string | null) =>
      check(await throttle.ownPassword(sessionId), password, hash),
  };
}
