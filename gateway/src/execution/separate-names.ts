import { type DocumentNode, Kind, type NameNode, visit } from "graphql";
import { placeholder } from "./specialise";

export interface SeparatedNames {
  readonly document: DocumentNode;
  /** From a key in fetched data to what the client calls it, where the two differ. */
  readonly clientKeys: ReadonlyMap<string, string>;
  /** The same of variables. */
  readonly clientVariables: ReadonlyMap<string, string>;
}

/** Aliases that the planner makes up, or required-arguments.ts. */
const madeUpAlias = /__(alias_|required)\d+$/;
/** Variables that fetches of entities have. */
const madeUpVariable = /^representations\d*$/;

/**
 * Gives an alias that is also the name of some field (`id: name`) another name while the operation is planned and its data
 * fetched: a plan selects keys and required fields under their plain names beside what the client asks for, and an alias must
 * not stand in their place. The answer is shaped under the client's own names. Variables likewise.
 * @param fieldNames of every type of the supergraph
 */
export function separateNames(document: DocumentNode, fieldNames: ReadonlySet<string>): SeparatedNames {
  let suffix = "__client";
  while ([...fieldNames].some((name) => name.endsWith(suffix))) suffix += "_";
  const isTakenAlias = (alias: string): boolean =>
    fieldNames.has(alias) || alias.startsWith("__") || alias.endsWith(suffix) || madeUpAlias.test(alias);
  const isTakenVariable = (name: string): boolean => name.endsWith(suffix) || madeUpVariable.test(name);

  const clientKeys = new Map<string, string>();
  const clientVariables = new Map<string, string>();
  const rename = ({ value }: NameNode, renamed: Map<string, string>): NameNode => {
    renamed.set(value + suffix, value);
    return { kind: Kind.NAME, value: value + suffix };
  };
  const separated = visit(document, {
    Field: (field) => {
      const { alias, name } = field;
      if (alias === undefined || field === placeholder) return undefined;
      if (alias.value === name.value) return { ...field, alias: undefined };
      return isTakenAlias(alias.value) ? { ...field, alias: rename(alias, clientKeys) } : undefined;
    },
    Variable: (variable) =>
      isTakenVariable(variable.name.value) ? { ...variable, name: rename(variable.name, clientVariables) } : undefined,
  });
  return { document: separated, clientKeys, clientVariables };
}
