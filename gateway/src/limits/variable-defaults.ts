import { type OperationDefinitionNode, valueFromASTUntyped } from "graphql";

/**
 * What an operation says its variables are where the client leaves them out. Limits look at variables before anything
 * coerces them, and what is moved into a default must not escape them.
 */
export function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
    ),
  );
}
