import { type Keyspace } from "./keyspace";
import { type PubSub } from "./pub-sub";
import { type Bytes, type Reply } from "./reply";
import { type Scripts } from "./scripts";
import { type Session } from "./session";

/** What a command may use. */
export interface CommandContext {
  readonly keyspace: Keyspace;
  readonly session: Session;
  readonly pubSub: PubSub;
  readonly scripts: Scripts;
  readonly server: ServerFacts;
  /**
   * Writes this to the log in place of the command itself, for commands that would not do the same when repeated:
   * those that reckon from now, or draw lots.
   */
  readonly record: (...effect: Bytes[]) => void;
  /** Runs another command as a part of this one; what it changes is written to the log together with the rest. */
  readonly call: (request: readonly Bytes[]) => Reply;
  /** The same for a script, which may not do everything. */
  readonly callFromScript: (request: readonly Bytes[]) => Reply;
}

export interface ServerFacts {
  readonly runId: string;
  readonly startedAtMs: number;
  readonly connections: () => number;
  readonly port: () => number;
  /** Rewrites the log to the commands that make what there is now. */
  readonly compact: () => void;
}

export interface Command {
  /** Arguments as Redis counts them: with the name; a negative number is a minimum. */
  readonly arity: number;
  /** Runs at once inside MULTI, where others wait for EXEC. */
  readonly immediate?: true;
  /** Speaks of its connection, which a script has none of. */
  readonly notInScripts?: true;
  /** Allowed to a connection that has subscribed. */
  readonly whileSubscribed?: true;
  readonly run: (args: readonly Bytes[], context: CommandContext) => Reply;
}

/** Commands by their name in lower case. */
export type CommandTable = Readonly<Record<string, Command>>;
