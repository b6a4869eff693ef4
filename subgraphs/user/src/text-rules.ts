import { z } from "zod";

// Controls, halves of surrogate pairs and what turns the direction of writing: none belongs into a line of text, the
// first PostgreSQL cannot even store, and the last makes one name look like another.
const unfit = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;

/** Whether a text from outside is one line that can be stored and shown. */
export function isPlainLine(text: string): boolean {
  return !unfit.test(text);
}

/** One line of text, trimmed, of 1 to `maxLength` characters. */
export const line = (maxLength: number) =>
  z
    .string()
    .trim()
    .refine((text) => text.length >= 1 && text.length <= maxLength && isPlainLine(text), {
      error: `Write 1 to ${maxLength} characters on one line.`,
    });

export const phone = z
  .string()
  .trim()
  .regex(/^[0-9+().\-/ ]{5,25}$/, { error: "Write a phone number of 5 to 25 digits, spaces and + ( ) . / -." });
