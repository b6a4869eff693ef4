import { Kind, OperationTypeNode, parse } from "graphql";

const maxTokens = 200;

/** Whether a GraphQL document asks for these fields of Query and for no others. */
export function asksOnlyFor(fields: readonly string[], document: unknown): boolean {
  if (typeof document !== "string") return false;
  try {
    return parse(document, { maxTokens, noLocation: true }).definitions.every(
      (definition) =>
        definition.kind === Kind.OPERATION_DEFINITION &&
        definition.operation === OperationTypeNode.QUERY &&
        definition.selectionSet.selections.every(
          (selection) => selection.kind === Kind.FIELD && fields.includes(selection.name.value),
        ),
    );
  } catch {
    return false; // what does not parse
  }
}
