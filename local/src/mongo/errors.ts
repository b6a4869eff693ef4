import { type Document } from "bson";

/**
 * An answer `{ ok: 0 }` in MongoDB's own codes. Thrown from any depth of a command and turned into the reply by the
 * dispatcher alone; everything else that is thrown is a fault of this server.
 */
export class CommandError extends Error {
  constructor(
    readonly code: number,
    readonly codeName: string,
    message: string,
    /** Further fields of the reply: keyPattern, keyValue … */
    readonly details: Document = {},
    /** True where MongoDB could have done it and we cannot: also goes to the log. */
    readonly unsupported = false,
  ) {
    super(message);
  }
}

export const badValue = (message: string) => new CommandError(2, "BadValue", message);
export const failedToParse = (message: string) => new CommandError(9, "FailedToParse", message);
export const typeMismatch = (message: string) => new CommandError(14, "TypeMismatch", message);
export const namespaceNotFound = (message: string) => new CommandError(26, "NamespaceNotFound", message);

/** @param what the option, operator or stage that MongoDB has and this server has not */
export const notSupported = (what: string) =>
  new CommandError(238, "NotImplemented", `${what} is not supported by this development server`, {}, true);

export const unrecognizedStage = (stage: string) =>
  new CommandError(40324, "Location40324", `Unrecognized pipeline stage name: '${stage}'`, {}, true);
