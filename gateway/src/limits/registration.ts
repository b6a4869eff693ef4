import {
  concatAST,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  separateOperations,
  Source,
  validate,
} from "graphql";
import { idOf, type RegisteredOperation } from "./operation-manifest";

export type Registration =
  | { readonly ok: true; readonly operations: readonly RegisteredOperation[] }
  /** Every reason, each naming its file or operation. */
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Makes registered operations of GraphQL files: each operation with the fragments that it spreads, from whichever file.
 * @param files the text of each by its name
 * @param schema what clients see; what it does not answer is not registered
 */
export function registerOperations(files: ReadonlyMap<string, string>, schema: GraphQLSchema): Registration {
  const problems: string[] = [];
  const documents = [...files].flatMap(([name, text]) => tryParse(name, text, problems));
  const document = concatAST(documents);
  const names = document.definitions.flatMap((each) =>
    each.kind === Kind.OPERATION_DEFINITION ? (each.name?.value ?? "") : [],
  );
  if (names.includes("")) problems.push("An operation has no name: clients ask for it by one.");
  for (const name of new Set(names)) {
    if (names.filter((each) => each === name).length > 1) problems.push(`There is more than one operation ${name}.`);
  }
  if (problems.length > 0) return { ok: false, problems };

  const separate = Object.entries(separateOperations(document));
  for (const [name, each] of separate) {
    problems.push(...validate(schema, each).map(({ message }) => `${name}: ${message}`));
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, operations: separate.map(([name, each]) => toRegistered(name, each)) };
}

function tryParse(name: string, text: string, problems: string[]): DocumentNode[] {
  try {
    return [parse(new Source(text, name))];
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    problems.push(`${name}, line ${error.locations?.[0]?.line ?? 1}: ${error.message}`);
    return [];
  }
}

function toRegistered(name: string, document: DocumentNode): RegisteredOperation {
  const body = print(document);
  const operation = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  return { id: idOf(body), name, type: operation?.operation ?? "query", body };
}
