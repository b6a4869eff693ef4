export interface Call {
  /** For the path's parameters. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** In place of the JSON of a body. */
  readonly text?: string;
  /** In place of what the call would have; undefined for none. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** False where it must not be sent again: what it does is more when done twice. */
  readonly isComparable?: boolean;
  /** An access token. */
  readonly as?: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly mediaType: string | undefined;
  readonly text: string;
  readonly body: unknown;
}
