import { type OperationLimits } from "../config";
import { tooComplex } from "./too-complex";

/** Fields of one object. No input type has as many, and an engine's way with large objects is slow. */
const maxObjectFields = 1_000;

/**
 * Walks the variables without recursion, as whatever coerces, prints or copies them later does recurse.
 * @throws TOO_COMPLEX
 */
export function requireModestVariables(
  variables: Readonly<Record<string, unknown>> | null | undefined,
  { maxVariableDepth, maxVariableValues }: OperationLimits,
): void {
  let level: object[] = isObject(variables) ? [variables] : [];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxVariableDepth) throw tooComplex(`has variables nested more than ${maxVariableDepth} deep`);
    const below: object[] = [];
    const count = (value: unknown): void => {
      values += 1;
      if (values > maxVariableValues) throw tooComplex(`has more than ${maxVariableValues} values in its variables`);
      if (isObject(value)) below.push(value);
    };
    for (const parent of level) {
      if (Array.isArray(parent)) parent.forEach(count);
      else countFields(parent, count);
    }
    level = below;
  }
}

function countFields(parent: object, count: (value: unknown) => void): void {
  let fields = 0;
  // Stops in time, where Object.values would read them all first.
  for (const name in parent) {
    fields += 1;
    if (fields > maxObjectFields) throw tooComplex(`has more than ${maxObjectFields} values in an object`);
    count(parent[name as keyof typeof parent]);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
