import { GraphQLError, stripIgnoredCharacters } from "graphql";
import { badRequest } from "../bad-request";
import { idOf, type RegisteredOperation } from "./operation-manifest";
import { createRecentlyUsed } from "../recently-used";

/** An operation as a client sent it: its text, or what that is known by, or both. */
export interface SubmittedText {
  readonly query?: unknown;
  readonly extensions?: unknown;
}

/** Which text an operation stands for, the same at every door that clients come in by. */
export interface OperationTexts {
  /**
   * @returns the text; undefined where there is neither text nor id, for the door to refuse in its own way
   * @throws PERSISTED_QUERY_NOT_FOUND, OPERATION_NOT_REGISTERED or BAD_REQUEST, each with its HTTP status
   */
  resolve(submitted: SubmittedText): string | undefined;
}

export interface OperationTextsOptions {
  readonly registered: readonly RegisteredOperation[];
  /** Whether what is not registered is refused. */
  readonly onlyRegistered: boolean;
}

const rememberedBounds = { maxValues: 2_000, maxWeight: 4_000_000, weightOf: (text: string) => text.length };

/**
 * Registered operations are known from the start. Where others are taken too, clients may have a text remembered with its
 * id, by Apollo's protocol of automatic persisted queries: first the id alone, then on PERSISTED_QUERY_NOT_FOUND both.
 */
export function createOperationTexts({ registered, onlyRegistered }: OperationTextsOptions): OperationTexts {
  const byId = new Map(registered.map(({ id, body }) => [id, body]));
  const isRegistered = createMatcher(registered);
  const remembered = createRecentlyUsed<string>(rememberedBounds);

  const byText = (text: string, id: string | undefined): string => {
    if (onlyRegistered) {
      if (!isRegistered(text)) throw notRegistered();
      return text;
    }
    if (id !== undefined && byId.get(id) !== text && remembered.get(id) !== text) {
      if (idOf(text) !== id) throw badRequest("The given sha256Hash is not that of the query.");
      remembered.set(id, text);
    }
    return text;
  };

  return {
    resolve: ({ query, extensions }) => {
      const id = extensions === undefined || extensions === null ? undefined : readId(extensions);
      if (typeof query === "string" && query !== "") return byText(query, id);
      if (id === undefined) {
        if (onlyRegistered) throw notRegistered();
        return undefined;
      }
      const text = byId.get(id) ?? (onlyRegistered ? undefined : remembered.get(id));
      if (text === undefined) throw notFound(onlyRegistered);
      return text;
    },
  };
}

/** A text is registered whatever white space, commas and comments are in it. */
function createMatcher(registered: readonly RegisteredOperation[]): (text: string) => boolean {
  const exact = new Set(registered.map(({ body }) => body));
  const stripped = new Set(registered.map(({ body }) => stripIgnoredCharacters(body)));
  const longest = Math.max(0, ...registered.map(({ body }) => body.length));
  return (text) => {
    if (exact.has(text)) return true;
    if (text.length > 2 * longest) return false; // reading it would cost more than it can be worth
    try {
      return stripped.has(stripIgnoredCharacters(text));
    } catch {
      return false; // it does not even consist of tokens
    }
  };
}

function readId(extensions: unknown): string | undefined {
  const { persistedQuery } = extensions as { persistedQuery?: unknown };
  if (persistedQuery === undefined || persistedQuery === null) return undefined;
  const { version, sha256Hash } = persistedQuery as { version?: unknown; sha256Hash?: unknown };
  if (version !== 1 || typeof sha256Hash !== "string" || sha256Hash.length > maxIdLength) {
    throw badRequest("extensions.persistedQuery has version 1 and a sha256Hash.");
  }
  return sha256Hash;
}

const maxIdLength = 128;

/** The message is what Apollo's clients look for; they take it with 200, and send the text. */
function notFound(forGood: boolean): GraphQLError {
  const extensions = { code: "PERSISTED_QUERY_NOT_FOUND", http: { status: forGood ? 404 : 200 } };
  return new GraphQLError("PersistedQueryNotFound", { extensions });
}

function notRegistered(): GraphQLError {
  return new GraphQLError("Only operations that were registered beforehand are answered here.", {
    extensions: { code: "OPERATION_NOT_REGISTERED", http: { status: 403 } },
  });
}
