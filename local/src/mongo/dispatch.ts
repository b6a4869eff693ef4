import { type Logger } from "@shop/telemetry";
import { BSONError } from "bson";
import { type Command, type CommandContext } from "./command";
import { aggregateCommands } from "./commands/aggregate";
import { handshakeCommands } from "./commands/handshake";
import { insertAndDeleteCommands } from "./commands/insert-delete";
import { readCommands } from "./commands/read";
import { schemaCommands } from "./commands/schema";
import { updateCommands } from "./commands/update";
import { type Cursors, type RawReply } from "./cursors";
import { badValue, CommandError, failedToParse } from "./errors";
import { type Store } from "./storage/store";
import { encode, isDocument, type PlainDocument } from "./values/bson";
import { encodeWithRaw, type Request } from "./wire-messages";

const commands: Readonly<Record<string, Command>> = {
  ...handshakeCommands,
  ...schemaCommands,
  ...readCommands,
  ...aggregateCommands,
  ...insertAndDeleteCommands,
  ...updateCommands,
};

/** Fields that any command may carry and that are seen to here, or change nothing on a single server. */
const generalFields = new Set([
  "$clusterTime",
  "$db",
  "$readPreference",
  "apiDeprecationErrors",
  "apiStrict",
  "apiVersion",
  "autocommit",
  "comment",
  "lsid",
  "maxTimeMS",
  "readConcern",
  "startTransaction",
  "txnNumber",
  "writeConcern",
]);

/** Answers every request in BSON, a failed one with MongoDB's code and message for it. */
export function createDispatcher({ store, cursors, log }: { store: Store; cursors: Cursors; log: Logger }) {
  function run(request: Request, command: PlainDocument): Buffer {
    const [name = "", ...more] = Object.keys(command);
    const handler = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (handler === undefined) throw new CommandError(59, "CommandNotFound", `no such command: '${name}'`, {}, true);
    requireNoTransaction(command);
    const fieldNames = [name, ...more].filter((field) => !generalFields.has(field));
    const fields = Object.fromEntries(fieldNames.map((field) => [field, command[field]]));
    const database = command["$db"];
    if (typeof database !== "string") throw failedToParse("OP_MSG requests require a $db argument");
    const context: CommandContext = {
      ...{ database, store, cursors, log },
      typedCommand: () => request.typedCommand(),
      documentsOf: (field) => request.documentsOf(field),
    };
    const reply = handler.run(fields, context);
    seeToWriteConcern(command["writeConcern"], store);
    if (!isRaw(reply)) return encode({ ...reply, ok: 1 });
    return encodeWithRaw({ ...reply.reply, ok: 1 }, reply.path, reply.raw);
  }

  return function answer(request: Request): Buffer {
    let name: string | undefined;
    try {
      const command = request.plainCommand();
      [name] = Object.keys(command);
      return run(request, command);
    } catch (error) {
      const failure = asCommandError(error);
      if (failure === undefined) log.error({ err: error, command: name }, "a command failed inside the server");
      else if (failure.unsupported) log.warn({ command: name, reason: failure.message }, "unsupported");
      return encode(failureReply(failure ?? new CommandError(1, "InternalError", "The server failed on this command")));
    }
  };
}

function asCommandError(error: unknown): CommandError | undefined {
  if (error instanceof CommandError) return error;
  // A value that cannot be encoded or decoded came from the client.
  if (error instanceof BSONError) return badValue(error.message);
  if (error instanceof SyntaxError) return new CommandError(51091, "Location51091", "Regular expression is invalid");
  return undefined;
}

const failureReply = ({ code, codeName, message, details }: CommandError): PlainDocument => ({
  ok: 0,
  errmsg: message,
  code,
  codeName,
  ...details,
});

const isRaw = (reply: PlainDocument | RawReply): reply is RawReply => Object.hasOwn(reply, "raw");

/** A standalone server has no transactions; it says so as MongoDB does, rather than to take them for plain commands. */
function requireNoTransaction(command: PlainDocument): void {
  if (command["txnNumber"] === undefined && command["autocommit"] === undefined) return;
  const message = "Transaction numbers are only allowed on a replica set member or mongos";
  throw new CommandError(20, "IllegalOperation", message, {}, true);
}

function seeToWriteConcern(writeConcern: unknown, store: Store): void {
  if (!isDocument(writeConcern)) return;
  const { w, j } = writeConcern;
  if (typeof w === "number" && w > 1) throw badValue("cannot use 'w' > 1 when a host is not replicated");
  if (j === true) store.syncNow();
}
