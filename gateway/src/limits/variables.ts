import { type OperationLimits } from "../config";
import { tooComplex } from "./too-complex";

/**
 * Walks the variables without recursion, as whatever coerces, prints or copies them later does recurse.
 * @throws TOO_COMPLEX
 */
export function requireModestVariables(
  variables: Readonly<Record<string, unknown>> | null | undefined,
  { maxVariableDepth, maxVariableValues }: OperationLimits,
): void {
  let level: unknown[] = variables == null ? [] : [variables];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxVariableDepth) throw tooComplex(`has variables nested more than ${maxVariableDepth} deep`);
    const below: unknown[] = [];
    for (const parent of level) {
      for (const value of Object.values(parent as object)) {
        values += 1;
        if (values > maxVariableValues) throw tooComplex(`has more than ${maxVariableValues} values in its variables`);
        if (typeof value === "object" && value !== null) below.push(value);
      }
    }
    level = below;
  }
}
