import { type CommandContext, field, type Reply } from "../command";
import { CommandError } from "../errors";
import { type PlainDocument } from "../values/bson";
import { maxWriteBatchSize } from "./handshake";

/** Whether the first statement that fails ends a write command. */
export const ordered = field.flag.default(true);

/** Runs a command's statements one by one; the first that fails ends an ordered command, the others go on. */
export function runStatements(
  count: number,
  isOrdered: boolean,
  context: CommandContext,
  run: (index: number) => void,
): Reply {
  if (count === 0 || count > maxWriteBatchSize) {
    throw new CommandError(
      4,
      "InvalidLength",
      `Write batch sizes must be between 1 and ${maxWriteBatchSize}. Got ${count}`,
    );
  }
  const writeErrors: PlainDocument[] = [];
  for (let index = 0; index < count; index++) {
    try {
      run(index);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error.unsupported) context.log.warn({ reason: error.message }, "unsupported");
      writeErrors.push({ index, code: error.code, errmsg: error.message, ...error.details });
      if (isOrdered) break;
    }
  }
  return writeErrors.length > 0 ? { writeErrors } : {};
}
