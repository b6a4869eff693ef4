import { isLongerThan, isPlainLine, isVisible } from "@shop/text";
import { z } from "zod";

/** One line of text, trimmed, of 1 to `maxLength` characters, of which something can be seen. */
export const line = (maxLength: number) =>
  z
    .string()
    .trim()
    .refine((text) => !isLongerThan(maxLength, text) && isVisible(text) && isPlainLine(text), {
      error: `Write 1 to ${maxLength} characters on one line.`,
    });

export const phone = z
  .string()
  .trim()
  .regex(/^[0-9+().\-/ ]{5,25}$/, { error: "Write a phone number of 5 to 25 digits, spaces and + ( ) . / -." });
