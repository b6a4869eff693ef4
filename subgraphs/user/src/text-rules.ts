import { z } from "zod";

// Controls, halves of surrogate pairs, what ends a line and what turns the direction of writing: none belongs into a line
// of text, the first PostgreSQL cannot even store, and the last makes one name look like another.
const unfit = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Whether a text from outside is one line that can be stored and shown. */
export function isPlainLine(text: string): boolean {
  return !unfit.test(text);
}

/** One line of text, trimmed, of 1 to `maxLength` characters, of which something can be seen. */
export const line = (maxLength: number) =>
  z
    .string()
    .trim()
    .refine((text) => text.length <= maxLength && visible.test(text) && isPlainLine(text), {
      error: `Write 1 to ${maxLength} characters on one line.`,
    });

export const phone = z
  .string()
  .trim()
  .regex(/^[0-9+().\-/ ]{5,25}$/, { error: "Write a phone number of 5 to 25 digits, spaces and + ( ) . / -." });
