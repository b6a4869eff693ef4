import { type GraphQLError } from "graphql";
import { type JsonObject } from "./merge";

export type ResponsePath = readonly (string | number)[];

/** What went wrong while data was fetched, at a path of the fetched data; the client's own path is worked out at the end. */
export interface FetchError {
  readonly message: string;
  readonly path: ResponsePath;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** Why a value is missing from fetched data. */
export type Reason =
  | {
      readonly kind: "FAILED";
      /** Whether it is told once for a field, or wherever the entity stands. */
      readonly scope: "FETCH" | "ENTITY";
      readonly message: string;
      readonly extensions: Readonly<Record<string, unknown>>;
    }
  /** The subgraph knows no such entity: the entity is null. */
  | { readonly kind: "UNKNOWN_ENTITY" };

/** What is missing from fetched data and why, by the object that it is missing from. */
export type Gaps = ReadonlyMap<object, ReadonlyMap<string, Reason>>;

/** What the fetches of one operation brought. */
export interface Fetched {
  readonly data: JsonObject;
  readonly errors: readonly FetchError[];
  readonly gaps: Gaps;
}

/** An answer, not yet formatted for a client. */
export interface Outcome {
  /** Undefined where nothing was executed. */
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLError[];
}
