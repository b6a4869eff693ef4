import { createHash } from "node:crypto";
import { type Viewer } from "@shop/auth";
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from "graphql";
import { defaultsOf } from "./variable-defaults";

/** One try at somebody's account, as one root field of a mutation makes it. */
export interface CredentialAttempt {
  /** Where its answer stands in `data`. */
  readonly responseKey: string;
  /** Whose account: nothing that tells the address or the id; undefined where it is not known beforehand. */
  readonly account: string | undefined;
  /** Where the answer has the new tokens, if the client selects them: they show that the attempt was its owner's. */
  readonly tokensKey: string | undefined;
}

type Arguments = Readonly<Record<string, unknown>>;
type FindAccount = (given: Arguments, viewer: Viewer | null) => unknown;

const emailOfInput: FindAccount = ({ input }) => (input as Arguments | null | undefined)?.["email"];
const ofViewer: FindAccount = (_given, viewer) => viewer?.userId;

/** The mutations by which passwords are guessed, accounts are made, and mail is sent to whoever is named. */
const attempts: ReadonlyMap<string, FindAccount> = new Map([
  ["login", emailOfInput],
  ["registerUser", emailOfInput],
  ["requestPasswordReset", ({ email }: Arguments) => email],
  ["resetPassword", () => undefined],
  ["changePassword", ofViewer],
  ["deleteAccount", ofViewer],
  ["requestEmailVerification", ofViewer],
]);

/** What tries a password or a token, or sends mail. */
export const credentialMutations: readonly string[] = [...attempts.keys(), "refreshTokens", "verifyEmail"];

/**
 * Each root field counts, so that aliases and fragments multiply nothing.
 * @param document valid: its fragments end
 * @param variables as the client sent them
 */
export function findCredentialAttempts(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  viewer: Viewer | null,
): CredentialAttempt[] {
  if (operation.operation !== OperationTypeNode.MUTATION) return [];
  const values = { ...defaultsOf(operation), ...variables };
  return rootFields(document, operation.selectionSet).flatMap((field) => {
    const findAccount = attempts.get(field.name.value);
    if (findAccount === undefined) return [];
    const given = (field.arguments ?? []).map(
      ({ name, value }) => [name.value, valueFromASTUntyped(value, values)] as const,
    );
    const tokens = rootFields(document, field.selectionSet).find(({ name }) => name.value === "tokens");
    return {
      responseKey: keyOf(field),
      account: toAccount(findAccount(Object.fromEntries(given), viewer)),
      tokensKey: tokens && keyOf(tokens),
    };
  });
}

/** @returns whether an attempt's answer shows that it succeeded */
export function succeeded(attempt: CredentialAttempt, data: Readonly<Record<string, unknown>>): boolean {
  const payload = data[attempt.responseKey] as Arguments | null | undefined;
  return attempt.tokensKey !== undefined && payload?.[attempt.tokensKey] != null;
}

function rootFields(document: DocumentNode, set: SelectionSetNode | undefined): FieldNode[] {
  return (set?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return selection;
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(document, selection.selectionSet);
    const fragment = document.definitions.find(
      (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? rootFields(document, fragment.selectionSet) : [];
  });
}

function keyOf(field: FieldNode): string {
  return (field.alias ?? field.name).value;
}

/** Stores hold no addresses of people: a digest tells two accounts apart as well. */
function toAccount(name: unknown): string | undefined {
  if (typeof name !== "string" || name === "") return undefined;
  return createHash("sha256").update(name.trim().toLowerCase()).digest("base64url").slice(0, 22);
}
