import { fold } from "./folding";
import { type ProductAttribute } from "./product-model";
import { beginningsOf, wordsIn } from "./search-words";

/** Where all words of a search were found, the best first. Each holds what is before it too. */
export const relevanceTiers = ["NAME", "NAME_OR_ATTRIBUTES", "ANYWHERE"] as const;
export type RelevanceTier = (typeof relevanceTiers)[number];

const inName = "n:";
const inAttributes = "a:";
const inDescription = "d:";
const prefixesOf: Record<RelevanceTier, readonly string[]> = {
  NAME: [inName],
  NAME_OR_ATTRIBUTES: [inName, inAttributes],
  ANYWHERE: [inName, inAttributes, inDescription],
};

/** The texts of a product that it is found and ordered by. */
export interface ProductTexts {
  readonly name: string;
  readonly attributes: readonly ProductAttribute[];
  readonly description: string;
}

/** What lists need of a product's texts. Whoever changes a text sets these in the same update. */
export function listKeysOf(texts: ProductTexts): { nameKey: string; tokens: string[] } {
  return { nameKey: fold(texts.name), tokens: searchTokens(texts) };
}

/**
 * What a product is found by, each once. The indexes over these serve every search and every filter by attributes: what
 * is looked for is looked up as it is, never as a pattern. A word is there for the best place that it stands in; of names
 * and attributes every beginning of a word is there too, for what is still being typed.
 */
function searchTokens({ name, attributes, description }: ProductTexts): string[] {
  const places: [prefix: string, words: string[]][] = [
    [inName, wordsIn(name).flatMap(beginningsOf)],
    [inAttributes, attributes.flatMap(({ value }) => wordsIn(value).flatMap(beginningsOf))],
    [inDescription, wordsIn(description)],
  ];
  const placeOf = new Map<string, string>();
  for (const [prefix, words] of places) {
    for (const word of words) if (!placeOf.has(word)) placeOf.set(word, prefix);
  }
  const words = [...placeOf].map(([word, prefix]) => `${prefix}${word}`);
  return [...words, ...new Set(attributes.map(({ name, value }) => attributeToken(name, value)))];
}

/** The token of products that have exactly this attribute. */
export function attributeToken(name: string, value: string): string {
  return `=${JSON.stringify([name, value])}`;
}

/**
 * The tokens of which a product must have one for a word to be found in a tier.
 * @param notIn leaves out what that better tier finds
 */
export function tokensOfWord(word: string, tier: RelevanceTier, notIn?: RelevanceTier): string[] {
  const better = notIn === undefined ? [] : prefixesOf[notIn];
  return prefixesOf[tier].filter((prefix) => !better.includes(prefix)).map((prefix) => `${prefix}${word}`);
}
