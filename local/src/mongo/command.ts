import { type Logger } from "@shop/telemetry";
import { z } from "zod";
import { type Cursors, type RawReply } from "./cursors";
import { CommandError, notSupported, typeMismatch } from "./errors";
import { type Store } from "./storage/store";
import { isDocument, type PlainDocument } from "./values/bson";

/** What a command works with besides its own fields. */
export interface CommandContext {
  readonly database: string;
  readonly store: Store;
  readonly cursors: Cursors;
  readonly log: Logger;
  /** The command with every value in its BSON type. */
  typedCommand(): PlainDocument;
  /** The documents of one of its fields, in BSON. */
  documentsOf(field: string): readonly Buffer[];
}

export type Reply = PlainDocument | RawReply;

/** A command of the protocol: its fields are checked before it runs. */
export interface Command {
  run(fields: PlainDocument, context: CommandContext): Reply;
}

export function defineCommand<Schema extends z.ZodObject>(
  schema: Schema,
  run: (input: z.infer<Schema>, context: CommandContext) => Reply,
): Command {
  return {
    run(fields, context) {
      const parsed = schema.safeParse(fields);
      if (!parsed.success) throw fieldError(Object.keys(fields)[0] ?? "", parsed.error.issues[0]);
      return run(parsed.data, context);
    },
  };
}

/** MongoDB takes these, and this server must not act as if it did. */
const missingOptions = new Set([
  "awaitData",
  "bypassDocumentValidation",
  "capped",
  "changeStreamPreAndPostImages",
  "clusteredIndex",
  "collation",
  "encryptedFields",
  "max",
  "min",
  "pipeline",
  "returnKey",
  "showRecordId",
  "size",
  "tailable",
  "timeseries",
  "validationAction",
  "validationLevel",
  "validator",
  "viewOn",
]);

function fieldError(command: string, issue: z.core.$ZodIssue | undefined): CommandError {
  const path = [command, ...(issue?.path ?? [])].join(".");
  if (issue?.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    if (missingOptions.has(key)) return notSupported(`option '${key}' of ${path}`);
    return new CommandError(40415, "Location40415", `BSON field '${path}.${key}' is an unknown field.`, {}, true);
  }
  return typeMismatch(`BSON field '${path}' is missing or has the wrong type`);
}

/** Schemas of the kinds of fields that commands have. */
export const field = {
  collection: z.string().min(1),
  document: z.custom<PlainDocument>(isDocument),
  count: z.number().int().nonnegative(),
  flag: z.union([z.boolean(), z.number()]).transform(Boolean),
  /** Accepted because ignoring it changes nothing that a client could see. */
  ignored: z.unknown().optional(),
};
