import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from "graphql";
import { fragmentsOf } from "./extent";

/** What tries a password or a token, makes an account or sends mail: the user service delays each try on its own. */
export const credentialMutations: readonly string[] = [
  ...["login", "registerUser", "changePassword", "deleteAccount", "refreshTokens"],
  ...["requestPasswordReset", "resetPassword", "requestEmailVerification", "verifyEmail"],
];

/**
 * How many times an operation tries a credential: its root fields of the given names, each alias of one on its own,
 * wherever fragments put them and whatever @skip and @include may leave of them.
 * @param names of root fields, `login` for one
 * @returns by name, only those that the operation has
 */
export function countCredentialFields(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  names: readonly string[],
): ReadonlyMap<string, number> {
  const fragments = fragmentsOf(document);
  const responseKeys = new Map<string, Set<string>>();
  const spread = new Set<string>();
  const open: SelectionSetNode[] = [operation.selectionSet];
  for (let set = open.pop(); set !== undefined; set = open.pop()) {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        if (!names.includes(name)) continue;
        const keys = responseKeys.get(name) ?? new Set();
        responseKeys.set(name, keys.add((selection.alias ?? selection.name).value));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) open.push(selection.selectionSet);
      else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) open.push(fragment.selectionSet);
      }
    }
  }
  return new Map([...responseKeys].map(([name, keys]) => [name, keys.size]));
}
