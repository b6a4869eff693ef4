import { type DocumentNode, type FieldNode, Kind, print, visit } from "graphql";
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
 * Keeps apart, while an operation is planned and its data fetched, what bears one name. A plan selects keys and required
 * fields under their plain names beside what the client asks for: an alias that is also the name of some field (`id: name`)
 * must not stand in their place. And it fetches for all objects at a path alike: where one key stands for one field in
 * objects of one type and for another, or with other arguments, in those of another type (`... on Book { by { x: name } }
 * ... on Film { by { x: city } }`), each needs a key of its own. The answer is shaped under the client's own names. Names of
 * variables that fetches of entities have are kept apart likewise.
 * @param fieldNames of every type of the supergraph
 */
export function separateNames(document: DocumentNode, fieldNames: ReadonlySet<string>): SeparatedNames {
  let suffix = "__client";
  while ([...fieldNames].some((name) => name.includes(suffix))) suffix += "_";
  const isTakenAlias = (alias: string): boolean =>
    fieldNames.has(alias) || alias.startsWith("__") || alias.includes(suffix) || madeUpAlias.test(alias);
  const isTakenVariable = (name: string): boolean => name.endsWith(suffix) || madeUpVariable.test(name);

  const clientKeys = new Map<string, string>();
  const clientVariables = new Map<string, string>();
  const standsFor = new Map<string, string[]>(); // key → fields with arguments
  const dataKeyOf = (clientKey: string, field: FieldNode): string => {
    const { value: name } = field.name;
    const key = clientKey !== name && isTakenAlias(clientKey) ? clientKey + suffix : clientKey;
    const fields = standsFor.get(key) ?? [];
    standsFor.set(key, fields);
    const content = `${name}(${(field.arguments ?? []).map(print).sort().join()})`;
    const index = fields.includes(content) ? fields.indexOf(content) : fields.push(content) - 1;
    return index === 0 ? key : `${key}${suffix}${index}`;
  };

  const separated = visit(document, {
    Field: (field) => {
      if (field === placeholder) return undefined;
      const { value: name } = field.name;
      const clientKey = field.alias?.value ?? name;
      const dataKey = dataKeyOf(clientKey, field);
      if (dataKey !== clientKey) clientKeys.set(dataKey, clientKey);
      return { ...field, alias: dataKey === name ? undefined : { kind: Kind.NAME, value: dataKey } };
    },
    Variable: (variable) => {
      const { value: name } = variable.name;
      if (!isTakenVariable(name)) return undefined;
      clientVariables.set(name + suffix, name);
      return { ...variable, name: { kind: Kind.NAME, value: name + suffix } };
    },
  });
  return { document: separated, clientKeys, clientVariables };
}
