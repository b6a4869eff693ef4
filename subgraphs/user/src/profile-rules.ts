import { z } from "zod";
import { line, phone } from "./text-rules";

// RFC 5321 lets a path have 256 octets, its angle brackets included, and what stands before the @ 64.
const maxEmailLength = 254;
const maxLocalLength = 64;

/** What a new account says of its owner. */
export const newProfile = z.object({
  email: z.string().refine((email) => email.length <= maxEmailLength && email.indexOf("@") <= maxLocalLength, {
    error: `Give an address of at most ${maxEmailLength} characters, ${maxLocalLength} of them before the @.`,
  }),
  displayName: line(80),
  phone: phone.nullish(),
});

/** Changes of a profile: what is absent stays, and null clears. */
export const profileChange = z.object({
  displayName: line(80)
    .nullish()
    .refine((name) => name !== null, { error: "A name cannot be cleared." })
    .transform((name) => name ?? undefined),
  phone: phone.nullish(),
  expectedVersion: z.number().nullish(),
});

/**
 * What makes an address unique: it is compared whatever the case of its letters, which are ASCII by the API's scalar, so
 * that none looks like another's. Dots and +tags tell addresses apart: what they mean only their own mail server knows.
 */
export function toEmailKey(email: string): string {
  return email.toLowerCase();
}
