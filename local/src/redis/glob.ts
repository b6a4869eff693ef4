import { type Bytes } from "./reply";

/**
 * A test for Redis's patterns: `*`, `?`, `[abc]`, `[^a-z]`, and a backslash before what is meant literally. The
 * matching is written out, not left to a regular expression, whose backtracking a pattern such as `*a*a*a*b` can blow up.
 */
export function matchesGlob(pattern: Bytes, text: Bytes): boolean {
  let p = 0;
  let t = 0;
  let afterStar = -1;
  let starText = 0;
  while (t < text.length || p < pattern.length) {
    if (pattern[p] === "*") {
      p += 1;
      afterStar = p;
      starText = t;
      continue;
    }
    const next = t < text.length ? matchOne(pattern, p, text.charAt(t)) : undefined;
    if (next !== undefined) {
      p = next;
      t += 1;
    } else if (afterStar !== -1 && starText < text.length) {
      starText += 1;
      p = afterStar;
      t = starText;
    } else {
      return false;
    }
  }
  return true;
}

/** @returns the position in the pattern after what matched the character, undefined if it did not */
function matchOne(pattern: Bytes, at: number, character: string): number | undefined {
  const symbol = pattern[at];
  if (symbol === undefined) return undefined;
  if (symbol === "?") return at + 1;
  if (symbol === "[") return matchClass(pattern, at + 1, character);
  const literalAt = symbol === "\\" && at + 1 < pattern.length ? at + 1 : at;
  return pattern[literalAt] === character ? literalAt + 1 : undefined;
}

function matchClass(pattern: Bytes, start: number, character: string): number | undefined {
  const negated = pattern[start] === "^";
  let at = negated ? start + 1 : start;
  let found = false;
  while (at < pattern.length && pattern[at] !== "]") {
    if (pattern[at] === "\\" && at + 1 < pattern.length) at += 1;
    const low = pattern.charAt(at);
    if (pattern[at + 1] === "-" && at + 2 < pattern.length) {
      const high = pattern.charAt(at + 2);
      found ||= (character >= low && character <= high) || (character >= high && character <= low);
      at += 3;
    } else {
      found ||= character === low;
      at += 1;
    }
  }
  return found === negated ? undefined : Math.min(at + 1, pattern.length);
}
