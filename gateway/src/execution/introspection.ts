import {
  type DocumentNode,
  executeSync,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from "graphql";
import { collectFields } from "./shapes";

/** Answers `__schema` and `__type` from the gateway's own schema, by the client's keys. */
export type Introspect = (variables: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** @returns undefined where an operation asks for nothing of the kind */
export function compileIntrospection(options: {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}): Introspect | undefined {
  const { schema, operation, fragments } = options;
  const root = schema.getRootType(operation.operation);
  const fields = root == null ? [] : [...collectFields(root, [operation.selectionSet], options).values()];
  const selections = fields
    .filter(({ name }) => name === "__schema" || name === "__type")
    .flatMap(({ nodes }) => nodes);
  if (selections.length === 0) return undefined;

  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [{ ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } }, ...fragments.values()],
  };
  return (variableValues) => executeSync({ schema, document, rootValue: {}, variableValues }).data ?? {};
}
