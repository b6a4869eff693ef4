export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
}

/** As it came from the graph; each route knows the shape that its operation asks for. */
export type GraphqlData = Readonly<Record<string, unknown>>;
