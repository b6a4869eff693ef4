import { wordsOf } from "./folding";

const maxLength = 80;
const pattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;

export function isSlug(value: unknown): boolean {
  return typeof value === "string" && value.length <= maxLength && pattern.test(value);
}

/**
 * What a thing's slug may be, made from its name, the nicest first; each is tried until one is free.
 * @param id of the thing: its end makes the last one unlike any other, and stands alone where the name has no Latin letter
 */
export function slugCandidates(name: string, id: string): string[] {
  const latin = wordsOf(name)
    .join("-")
    .replace(/[^a-z0-9-]/g, "")
    .replace(/-+/g, "-");
  const base = latin.slice(0, maxLength - 15).replace(/^-|-$/g, "");
  const unique = id.slice(-12);
  if (base === "") return [unique];
  return [base, `${base}-2`, `${base}-3`, `${base}-${unique}`];
}
