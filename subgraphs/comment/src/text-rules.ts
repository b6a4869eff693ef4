import { invalid, type Problem } from "./outcome";

// Control characters but line breaks and tabs, and halves of surrogate pairs: PostgreSQL's text and JSON refuse some,
// and none is meant.
const unprintable = /(?![\n\r\t])[\p{Cc}\p{Cs}]/u;

// Spaces, marks and what only steers how others are shown (format characters) make no text by themselves. Within one they
// stay, those that turn the writing direction too: languages and emoji need them, and who shows a text keeps it apart.
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

const maxBodyLength = 5_000;
const maxReasonLength = 500;
const maxKeyLength = 128;

/** Why a comment's text does not do, or nothing. It is stored as it came. */
export function checkBody(body: string, path: string[]): Problem[] {
  return checkText(body, maxBodyLength, path);
}

/** Why a report or a moderation was made. */
export function checkReason(reason: string, path: string[]): Problem[] {
  return checkText(reason, maxReasonLength, path);
}

export function checkIdempotencyKey(key: string, path: string[]): Problem[] {
  return checkText(key, maxKeyLength, path);
}

export function checkRating(rating: number, path: string[]): Problem[] {
  return rating >= 1 && rating <= 5 ? [] : [invalid("A rating is from 1 to 5.", path)];
}

function checkText(text: string, maxLength: number, path: string[]): Problem[] {
  if (!visible.test(text)) return [invalid("This must not be empty.", path)];
  if (isLongerThan(maxLength, text)) return [invalid(`This must have at most ${maxLength} characters.`, path)];
  if (unprintable.test(text)) return [invalid("This must be plain text, without control characters.", path)];
  return [];
}

/** Characters are what a person counts as such, near enough: code points. None takes more than two units of `length`. */
function isLongerThan(maxLength: number, text: string): boolean {
  return text.length > 2 * maxLength || Array.from(text).length > maxLength;
}
