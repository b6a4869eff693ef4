import { isLongerThan, isPlainLine, isPlainText, isVisible } from "@shop/text";
import { z } from "zod";
import { type Problem, type ProblemCode, type Refused } from "./problems";
import { isSlug } from "./slugs";

/** Parses an input that the GraphQL schema let through. @param path where it stands in the arguments */
export function parseInput<T>(
  schema: z.ZodType<T>,
  input: unknown,
  path: readonly string[] = ["input"],
): { ok: true; value: T } | Refused {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems = parsed.error.issues.map((issue): Problem => {
    const params = issue.code === "custom" ? (issue.params as { code?: ProblemCode } | undefined) : undefined;
    return {
      code: params?.code ?? "INVALID_INPUT",
      message: issue.message,
      path: [...path, ...issue.path.map(String)],
    };
  });
  return { ok: false, problems };
}

/** A line of text, spaces around it taken away. */
export function line(what: string, max: number) {
  const error = `${what} must have 1 to ${max} characters.`;
  return z
    .string({ error: `${what} cannot be cleared.` })
    .trim()
    .refine((text) => isVisible(text) && !isLongerThan(max, text), { error, abort: true })
    .refine(isPlainLine, { error: `${what} must be plain text on one line.` });
}

/** Text of several lines, or none. */
export function lines(what: string, max: number) {
  return z
    .string()
    .refine((text) => !isLongerThan(max, text), { error: `${what} must have at most ${max} characters.`, abort: true })
    .refine(isPlainText, { error: `${what} must be plain text.` });
}

export const idempotencyKey = line("The key", 128);

export const slug = z.string({ error: "The slug cannot be cleared." }).refine(isSlug, {
  error: "A slug has lower-case letters, digits and single hyphens between them, 80 characters at most.",
});

/** A whole number within limits. */
export function count(what: string, min: number, max: number) {
  const error = `${what} must be a whole number from ${min} to ${max}.`;
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

export const expectedVersion = z.number().int().nullish();
