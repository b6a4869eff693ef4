import { wordsOf } from "./folding";

// Longer words are cut, in the product and in the search alike.
const maxLetters = 20;
const maxSearchWords = 8;
const unspacedScripts = ["Hani", "Hira", "Kana", "Thai", "Laoo", "Khmr", "Mymr"]
  .map((name) => `\\p{scx=${name}}`)
  .join("");
const unspaced = new RegExp(`[${unspacedScripts}]`, "u");
const runs = new RegExp(`[${unspacedScripts}]+|[^${unspacedScripts}]+`, "gu");

/**
 * The words of a product's text. Of scripts that put no space between words, each letter is taken for one, and any two
 * that follow each other.
 */
export function wordsIn(text: string): string[] {
  return runsOf(text).flatMap((run) => (unspaced.test(run) ? [...Array.from(run), ...pairsOf(run)] : [cut(run)]));
}

/** The words of a search, none twice; none at all where it has no letter or digit. */
export function searchWords(search: string): string[] {
  const words = runsOf(search).flatMap((run) => {
    const pairs = unspaced.test(run) ? pairsOf(run) : [];
    return pairs.length === 0 ? [cut(run)] : pairs;
  });
  return [...new Set(words)].slice(0, maxSearchWords);
}

/** What is being typed where a word is meant. */
export function beginningsOf(word: string): string[] {
  let beginning = "";
  return Array.from(word, (letter) => (beginning += letter));
}

/** The words of a text, each of letters that are all of scripts with spaces or all of scripts without. */
function runsOf(text: string): string[] {
  return wordsOf(text).flatMap((word) => (unspaced.test(word) ? (word.match(runs) ?? []) : [word]));
}

function pairsOf(run: string): string[] {
  const letters = Array.from(run);
  return letters.slice(1).map((letter, before) => `${letters[before] ?? ""}${letter}`);
}

// By letters, of which some are two UTF-16 units long and none must be halved.
function cut(word: string): string {
  return word.length <= maxLetters ? word : Array.from(word).slice(0, maxLetters).join("");
}
