import { type RequestContext } from "../request-context";
import { type JsonObject } from "./merge";
import { type FetchError, type Reason } from "./outcome";
import { type SubgraphClient } from "./subgraph-client";
import { type SubgraphError } from "./subgraph-errors";

/** One run of an operation's fetches, and what they have brought so far. */
export interface Run {
  /** As the client gave them. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
  readonly data: JsonObject;
  readonly errors: FetchError[];
  readonly gaps: Map<object, Map<string, Reason>>;
  readonly shared: SharedSlots;
  readonly clientOf: (subgraph: string) => SubgraphClient;
  /** Whether a type's objects say exactly what they are. */
  readonly isConcrete: (typeName: unknown) => boolean;
}

export type RunDeps = Pick<Run, "clientOf" | "isConcrete">;

export function createRun(variables: Run["variables"], context: RequestContext, deps: RunDeps): Run {
  const { clientOf, isConcrete } = deps;
  return { variables, context, data: {}, errors: [], gaps: new Map(), shared: new Map(), clientOf, isConcrete };
}

/** The JSON of the variables that a fetch uses, without braces. */
export function variablesText({ variables }: Run, names: readonly string[]): string {
  if (names.length === 0) return "";
  return names
    .filter((name) => Object.hasOwn(variables, name) && variables[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(variables[name])}`)
    .join();
}

/** Notes why an object lacks what a fetch should have brought; of two reasons the first stands. */
export function leaveGap({ gaps }: Run, object: object, keys: readonly string[], reason: Reason): void {
  const known = gaps.get(object) ?? new Map<string, Reason>();
  for (const key of keys) if (!known.has(key)) known.set(key, reason);
  gaps.set(object, known);
}

/** What a subgraph said of one representation. */
export type EntityAnswer = { readonly errors: readonly SubgraphError[] } & (
  { readonly entity: JsonObject } | { readonly entity: null; readonly reason: Reason }
);

/** One representation of a lookup, for all objects that are equal to it. */
export interface Slot {
  /** JSON. */
  readonly representation: string;
  /** Resolves when `answer` is there, or will not be. */
  readonly answered: Promise<void>;
  answer: EntityAnswer | undefined;
}

/** For selections that an operation looks up more than once: what has been asked for, by representation. */
export type SharedSlots = Map<string, Map<string, Slot>>;
