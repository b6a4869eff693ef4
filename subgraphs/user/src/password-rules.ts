import { isCommon } from "./common-passwords";
import { toEmailKey } from "./profile-rules";

const minLength = 10;
const maxLength = 256;
/** Shorter names stand by chance in what has nothing to do with them. */
const minNameLength = 5;

/**
 * As it is hashed. The same characters come in more than one encoding, depending on the keyboard (NIST SP 800-63B, 5.1.1.2).
 */
export function normalise(password: string): string {
  return password.normalize("NFKC");
}

/**
 * Whether a password is too long to be looked at. Asked before anything is done with it: hashing takes time for every
 * character.
 */
export function isOverlong(password: string): boolean {
  // Never more characters than code units; counting the characters of a megabyte is work already.
  return password.length > 2 * maxLength || countCharacters(password) > maxLength;
}

// Unicode's code points, as NIST SP 800-63B counts them.
function countCharacters(text: string): number {
  return Array.from(text).length;
}

/**
 * What is wrong with a new password, for a person to read; undefined where nothing is.
 * @param owner of the account that it is for, in their own words
 */
export function weaknessOf(password: string, owner: { email: string; displayName: string }): string | undefined {
  if (isOverlong(password)) return `Choose a password of at most ${maxLength} characters.`;
  const normalised = normalise(password);
  // One character of some scripts is written out as many.
  if (Math.min(countCharacters(password), countCharacters(normalised)) < minLength) {
    return `Choose a password of at least ${minLength} characters.`;
  }
  const folded = normalised.toLowerCase();
  if (namesOf(owner).some((name) => folded.includes(name))) {
    return "Choose a password that contains neither your address nor your name.";
  }
  if (isCommon(folded)) return "This password is among the first that are tried: choose another.";
  return undefined;
}

/** The address, what stands before its @, and the name, also without its spaces. */
function namesOf({ email, displayName }: { email: string; displayName: string }): string[] {
  const emailKey = toEmailKey(email);
  const [local = ""] = emailKey.split("@");
  const name = displayName.normalize("NFKC").trim().toLowerCase();
  return [emailKey, ...[local, name, name.replace(/\s+/gu, "")].filter(({ length }) => length >= minNameLength)];
}
