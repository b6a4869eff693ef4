import { z } from "zod";
import { isPublished } from "./published-secrets";

export { formatServiceKey, servicePrivateKey, servicePublicKeys } from "./service-keys";

type Environment = Readonly<Record<string, string | undefined>>;

/** A TCP port with its default; 0 takes any free one. */
export const port = (defaultPort: number) => z.coerce.number().int().min(0).max(65_535).default(defaultPort);

/** A length of time in milliseconds with its default. */
export const durationMs = (defaultMs: number) => z.coerce.number().int().positive().default(defaultMs);

/** A number of things, at least one, with its default. */
export const count = (defaultCount: number) => z.coerce.number().int().positive().default(defaultCount);

/** The URL of a store or a service, in one of the schemes it can be spoken to in. */
export const url = (...schemes: string[]) =>
  z.string().refine((value) => URL.canParse(value) && schemes.some((scheme) => value.startsWith(`${scheme}://`)), {
    error: `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`,
  });

/** A comma-separated list with at least one member. */
export const list = () =>
  z
    .string()
    .transform((value) => value.split(",").map((member) => member.trim()))
    .refine((members) => members.every((member) => member !== ""), { error: "must be a comma-separated list" });

/**
 * A secret of at least 16 characters, with a default that is refused in production (see `loadEnvironment`).
 * @param isRead says of an environment whether the secret is used there at all: where it is not, its default does no harm
 */
export const secret = (developmentDefault: string, isRead: (given: Environment) => boolean = () => true) =>
  z.string().min(16).default(developmentDefault).meta({ developmentDefault, isRead, isSecret: true });

/**
 * Parses the environment against a schema.
 * @returns the values, or every problem found, each naming its variable
 */
export function parseEnvironment<S extends z.ZodObject>(
  schema: S,
  source: Environment,
): { ok: true; values: z.infer<S> } | { ok: false; problems: string[] } {
  // An empty variable is how shells and compose files say "not set".
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => {
        const name = issue.path.join(".");
        return given[name] === undefined ? `${name} is required` : `${name}: ${issue.message}`;
      });
  if (source["NODE_ENV"] === "production") {
    for (const [name, field] of Object.entries(schema.shape)) {
      const { developmentDefault, isRead } = metaOf(field);
      if (isRead?.(given) === false) continue;
      const value = given[name] ?? developmentDefault;
      if (value !== undefined && (value === developmentDefault || isPublished(value))) {
        problems.push(`${name} is required in production: its default is known to everyone`);
      }
    }
  }
  return parsed.success && problems.length === 0 ? { ok: true, values: parsed.data } : { ok: false, problems };
}

/** As `parseEnvironment`, for a process that cannot go on without: prints every problem at once and exits with 1. */
export function loadEnvironment<S extends z.ZodObject>(schema: S, source: Environment): z.infer<S> {
  const outcome = parseEnvironment(schema, source);
  if (outcome.ok) return outcome.values;
  process.stderr.write(`The environment does not fit:\n${outcome.problems.map((line) => `  ${line}\n`).join("")}`);
  process.exit(1);
}

export interface DocumentedVariable {
  readonly name: string;
  /** As it would be written in the environment; undefined where the variable is required or has no default. */
  readonly defaultValue: string | undefined;
  readonly required: boolean;
  readonly description: string;
}

/** What the README's table of the environment is made from. */
export function documentEnvironment(schema: z.ZodObject): DocumentedVariable[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const withoutValue = z.safeParse(field, undefined);
    const defaultValue: unknown = withoutValue.success ? withoutValue.data : undefined;
    return {
      name,
      defaultValue:
        defaultValue === undefined
          ? undefined
          : Array.isArray(defaultValue)
            ? defaultValue.join(",")
            : `${defaultValue as string | number | boolean}`,
      required: !withoutValue.success,
      description: metaOf(field).description ?? "",
    };
  });
}

/** The variables that nobody should be given who does not read them. */
export function secretsOf(schema: z.ZodObject): string[] {
  return Object.keys(schema.shape).filter((name) => metaOf(schema.shape[name]).isSecret === true);
}

interface Meta {
  readonly description?: string;
  readonly developmentDefault?: string;
  readonly isRead?: (given: Environment) => boolean;
  readonly isSecret?: boolean;
}

function metaOf(field: unknown): Meta {
  return field instanceof z.ZodType ? (field.meta() ?? {}) : {};
}
