import { dictionary } from "@zxcvbn-ts/language-common";

/**
 * The 49,000 passwords that were found most often in leaks, in lower case: the list of the strength estimator zxcvbn, as
 * @zxcvbn-ts/language-common (MIT) carries it. Some 8 MB of memory; what it costs to start is 0.1 s.
 */
const leaked: ReadonlySet<string> = new Set(dictionary["passwords-common"]);
const runs = "01234567890123456789 98765432109876543210 abcdefghijklmnopqrstuvwxyz zyxwvutsrqponmlkjihgfedcba";

/**
 * Whether a password is among the first that are tried: one that others had, such a one with digits or signs around it
 * (as people add who are asked for more characters), a run of the alphabet or of digits, or a few characters over and over.
 * @param folded in lower case
 */
export function isCommon(folded: string): boolean {
  const piece = /^(.{1,8}?)\1+$/su.exec(folded)?.[1];
  if (piece !== undefined || new Set(folded).size <= 3) return true;
  if (leaked.has(folded) || runs.includes(folded)) return true;
  const [, before = "", word = "", after = ""] = /^(\P{L}*)(.*?)(\P{L}*)$/su.exec(folded) ?? [];
  const around = before + after;
  return leaked.has(word) && (around.length <= word.length || leaked.has(around));
}
