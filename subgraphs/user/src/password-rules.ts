import { toEmailKey } from "./profile-rules";

const minLength = 10;
const maxLength = 256;

// What people choose who are asked for ten characters: one of these with digits and signs around it. Written down by us
// from knowing the kind, not taken from a list of leaked ones.
const commonWords = new Set([
  ...["password", "passwort", "motdepasse", "qwerty", "qwertyuiop", "qwertz", "azerty", "asdfghjkl", "letmein"],
  ...["welcome", "iloveyou", "changeme", "administrator", "admin", "secret", "football", "princess", "sunshine"],
]);
const runs = "01234567890123456789 98765432109876543210 abcdefghijklmnopqrstuvwxyz";

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
 * @param email of the account that it is for
 */
export function weaknessOf(password: string, email: string): string | undefined {
  if (isOverlong(password)) return `Choose a password of at most ${maxLength} characters.`;
  if (countCharacters(password) < minLength) return `Choose a password of at least ${minLength} characters.`;
  const folded = password.toLowerCase();
  if (folded.includes(toEmailKey(email))) return "Choose a password that does not contain your address.";
  if (isCommon(folded)) return "This password is among the first that are tried: choose another.";
  return undefined;
}

function isCommon(folded: string): boolean {
  const word = folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  return commonWords.has(word) || runs.includes(folded) || new Set(folded).size <= 2;
}
