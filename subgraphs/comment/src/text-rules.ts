import { isLongerThan, isPlainText, isVisible } from "@shop/text";
import { invalid, type Problem } from "./outcome";

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
  if (!isVisible(text)) return [invalid("This must not be empty.", path)];
  if (isLongerThan(maxLength, text)) return [invalid(`This must have at most ${maxLength} characters.`, path)];
  if (!isPlainText(text)) return [invalid("This must be plain text, without control characters.", path)];
  return [];
}
