import { GraphQLError, parse } from "graphql";
import { type OperationLimits } from "../config";
import { requireModestShape } from "./document-shape";
import { requireModestSource } from "./document-source";
import { requireModestVariables } from "./variables";

/** What a request brings that costs work before its schema is even looked at. */
export interface Submission {
  /** Undefined where there is none, which the door refuses in its own way. */
  readonly query: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** The first thing that every door asks of an operation: before anything else parses, validates or coerces it. */
export interface Admission {
  /**
   * Costs a few milliseconds for the worst document that the request's size allows, and next to nothing for one that was
   * admitted before.
   * @throws TOO_COMPLEX, GRAPHQL_PARSE_FAILED or GRAPHQL_VALIDATION_FAILED, each with HTTP 400
   */
  admit(submission: Submission): void;
}

/** Of the documents that are remembered as admitted: more than a large front end has. */
const maxRemembered = 2_000_000;

/** @param limits undefined: everything is admitted */
export function createAdmission(limits: OperationLimits | undefined): Admission {
  if (limits === undefined) return { admit: () => undefined };
  const admitted = createTextMemory(maxRemembered);
  return {
    admit: ({ query, variables }) => {
      requireModestVariables(variables, limits);
      if (query === undefined || admitted.has(query)) return;
      requireModestDocument(query, limits);
      admitted.add(query);
    },
  };
}

function requireModestDocument(query: string, limits: OperationLimits): void {
  try {
    requireModestSource(query, limits);
    requireModestShape(parse(query), limits);
  } catch (error) {
    if (!(error instanceof GraphQLError) || error.extensions["code"] !== undefined) throw error;
    const { message, source, positions } = error;
    const extensions = { code: "GRAPHQL_PARSE_FAILED", http: { status: 400 } };
    throw new GraphQLError(message, { source, positions, extensions });
  }
}

/**
 * Remembers texts of up to so many characters in all, and forgets half of them at once, those that were not asked for
 * lately: every request asks, and to move a text to the front each time would cost more than to forget.
 */
function createTextMemory(maxCharacters: number) {
  let recent = new Set<string>();
  let earlier = recent;
  let characters = 0;
  const add = (text: string): void => {
    if (characters + text.length > maxCharacters / 2) {
      earlier = recent;
      recent = new Set();
      characters = 0;
    }
    recent.add(text);
    characters += text.length;
  };
  return {
    add,
    has: (text: string): boolean => {
      if (recent.has(text)) return true;
      if (!earlier.has(text)) return false;
      add(text);
      return true;
    },
  };
}
