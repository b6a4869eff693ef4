import { wordsOf } from "./folding";
import { type ProductAttribute } from "./product-model";

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
// Longer words are cut, in the product and in the search alike.
const maxWordLength = 20;
const maxSearchWords = 8;

/**
 * What a product is found by, each once. The indexes over these serve every search and every filter by attributes: what
 * is looked for is looked up as it is, never as a pattern. A word is there for the best place that it stands in; of names
 * and attributes every beginning of a word is there too, for what is still being typed.
 */
export function searchTokens(product: {
  name: string;
  attributes: readonly ProductAttribute[];
  description: string;
}): string[] {
  const { name, attributes, description } = product;
  const places: [prefix: string, words: string[]][] = [
    [inName, beginnings(wordsOf(name))],
    [inAttributes, beginnings(attributes.flatMap(({ value }) => wordsOf(value)))],
    [inDescription, wordsOf(description).map(cut)],
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

/** The words of a search, none twice; none at all where it has no letter or digit. */
export function searchWords(search: string): string[] {
  return [...new Set(wordsOf(search).map(cut))].slice(0, maxSearchWords);
}

/**
 * The tokens of which a product must have one for a word to be found in a tier.
 * @param notIn leaves out what that better tier finds
 */
export function tokensOfWord(word: string, tier: RelevanceTier, notIn?: RelevanceTier): string[] {
  const better = notIn === undefined ? [] : prefixesOf[notIn];
  return prefixesOf[tier].filter((prefix) => !better.includes(prefix)).map((prefix) => `${prefix}${word}`);
}

// By letters, of which some are two UTF-16 units long and none must be halved.
function cut(word: string): string {
  return word.length <= maxWordLength ? word : Array.from(word).slice(0, maxWordLength).join("");
}

function beginnings(words: readonly string[]): string[] {
  return words.flatMap((word) => {
    let beginning = "";
    return Array.from(cut(word), (letter) => (beginning += letter));
  });
}
