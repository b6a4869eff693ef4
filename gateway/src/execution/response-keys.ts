import { type DocumentNode, Kind, visit } from "graphql";

export interface SeparatedKeys {
  readonly document: DocumentNode;
  /** From a key in fetched data to what the client calls it, where the two differ. */
  readonly clientKeys: ReadonlyMap<string, string>;
}

/** Names that the planner makes up, or required-arguments.ts. */
const madeUp = /__(alias_|required)\d+$/;

/**
 * Gives an alias that is also the name of some field (`id: name`) another name while the operation is planned and its data
 * fetched: a plan selects keys and required fields under their plain names beside what the client asks for, and an alias
 * must not stand in their place. The answer is shaped under the client's own names.
 * @param fieldNames of every type of the supergraph
 */
export function separateResponseKeys(document: DocumentNode, fieldNames: ReadonlySet<string>): SeparatedKeys {
  let suffix = "__client";
  while ([...fieldNames].some((name) => name.endsWith(suffix))) suffix += "_";
  const isTaken = (alias: string): boolean =>
    fieldNames.has(alias) || alias.startsWith("__") || alias.endsWith(suffix) || madeUp.test(alias);

  const clientKeys = new Map<string, string>();
  const separated = visit(document, {
    Field: (field) => {
      const alias = field.alias?.value;
      if (alias === undefined) return undefined;
      if (alias === field.name.value) return { ...field, alias: undefined };
      if (!isTaken(alias)) return undefined;
      const key = alias + suffix;
      clientKeys.set(key, alias);
      return { ...field, alias: { kind: Kind.NAME, value: key } };
    },
  });
  return { document: separated, clientKeys };
}
