import { wordsOf } from "./folding";
import { type ProductAttribute } from "./product-model";

/**
 * Where all words of a search were found, the best first. Each holds what is before it too: a token of the name is one of
 * NAME, of NAME_OR_ATTRIBUTES and of ANYWHERE.
 */
export const relevanceTiers = ["NAME", "NAME_OR_ATTRIBUTES", "ANYWHERE"] as const;
export type RelevanceTier = (typeof relevanceTiers)[number];

const prefixOf: Record<RelevanceTier, string> = { NAME: "n:", NAME_OR_ATTRIBUTES: "a:", ANYWHERE: "d:" };
// Longer words are cut, in the product and in the search alike.
const maxWordLength = 20;
const maxSearchWords = 8;

/**
 * What a product is found by. The index over these serves every search: a search's words are looked up as they are, never
 * as a pattern. Of names and attributes every beginning of a word is there too, for what is still being typed.
 */
export function searchTokens(product: {
  name: string;
  attributes: readonly ProductAttribute[];
  description: string;
}): string[] {
  const name = beginnings(wordsOf(product.name));
  const attributes = beginnings(product.attributes.flatMap(({ value }) => wordsOf(value)));
  const description = wordsOf(product.description).map(cut);
  const tokens: Record<RelevanceTier, string[]> = {
    NAME: name,
    NAME_OR_ATTRIBUTES: [...name, ...attributes],
    ANYWHERE: [...name, ...attributes, ...description],
  };
  return relevanceTiers.flatMap((tier) => [...new Set(tokens[tier])].map((token) => `${prefixOf[tier]}${token}`));
}

/** The words of a search, none twice; none at all where it has no letter or digit. */
export function searchWords(search: string): string[] {
  return [...new Set(wordsOf(search).map(cut))].slice(0, maxSearchWords);
}

/** The tokens that a product must have for all words to be found in a tier. */
export function tokensOfTier(words: readonly string[], tier: RelevanceTier): string[] {
  return words.map((word) => `${prefixOf[tier]}${word}`);
}

function cut(word: string): string {
  return word.slice(0, maxWordLength);
}

function beginnings(words: readonly string[]): string[] {
  return words.flatMap((word) => Array.from(cut(word), (_, index) => cut(word).slice(0, index + 1)));
}
