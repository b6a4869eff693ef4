import { type Logger } from "@shop/telemetry";
import { wrongNumberOfArguments } from "./arguments";
import { type Command, type CommandContext } from "./command";
import { commandTable } from "./commands/table";
import { type Bytes, RedisError, type Reply, Status } from "./reply";
import { type Session } from "./session";

type Dependencies = Pick<CommandContext, "keyspace" | "pubSub" | "scripts" | "server"> & {
  log: Logger;
  /** Receives what a request changed, as commands that repeat it; together, or not at all, must they be kept. */
  onEffects: (effects: readonly (readonly Bytes[])[]) => void;
};

export type Engine = ReturnType<typeof createEngine>;

/** Runs requests one at a time and to their end: nothing of another connection comes in between. */
export function createEngine({ log, onEffects, ...parts }: Dependencies) {
  const { keyspace } = parts;
  /** What the present request has changed so far. */
  let effects: (readonly Bytes[])[] = [];
  /** Up to here each change of the keyspace has its effect. */
  let recordedChanges = 0;

  function resolve(session: Session, [name = "", ...args]: readonly Bytes[]): Command {
    const command = commandTable.get(name.toLowerCase());
    if (command === undefined) {
      log.warn({ command: name.slice(0, 64) }, "a Redis command that the stand-in does not have");
      const beginning = args.map((arg) => `'${arg.slice(0, 128)}' `).join("");
      throw new RedisError(
        `ERR unknown command '${name.slice(0, 128)}', with args beginning with: ${beginning.slice(0, 128)}`,
      );
    }
    const count = args.length + 1;
    if (command.arity < 0 ? count < -command.arity : count !== command.arity) {
      throw wrongNumberOfArguments(name.toLowerCase());
    }
    if (session.channels.size + session.patterns.size > 0 && !command.whileSubscribed) {
      throw new RedisError(
        `ERR Can't execute '${name.toLowerCase()}': only (P)SUBSCRIBE / (P)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      );
    }
    return command;
  }

  function run(session: Session, command: Command, request: readonly Bytes[]): Reply {
    let recorded = false as boolean;
    const context: CommandContext = {
      ...parts,
      session,
      record: (...effect) => {
        recorded = true;
        effects.push(effect);
      },
      call: (inner) => attempt(() => run(session, resolve(session, inner), inner)),
      callFromScript: (inner) =>
        attempt(() => {
          const innerCommand = resolve(session, inner);
          if (innerCommand.notInScripts) throw new RedisError("ERR This Redis command is not allowed from script");
          return run(session, innerCommand, inner);
        }),
    };
    try {
      return command.run(request.slice(1), context);
    } finally {
      if (!recorded && keyspace.changes > recordedChanges) effects.push(request);
      recordedChanges = keyspace.changes;
    }
  }

  function attempt(action: () => Reply): Reply {
    try {
      return action();
    } catch (error) {
      if (error instanceof RedisError) return error;
      log.error({ err: error }, "a Redis command failed by a fault of the stand-in");
      return new RedisError("ERR internal error of the stand-in");
    }
  }

  function queueOrRun(session: Session, request: readonly Bytes[]): Reply {
    const command = resolveForTransaction(session, request);
    if (!session.transaction || command.immediate) return run(session, command, request);
    session.transaction.queue.push(request);
    return new Status("QUEUED");
  }

  /** One request that cannot be queued spoils the whole transaction. */
  function resolveForTransaction(session: Session, request: readonly Bytes[]): Command {
    try {
      return resolve(session, request);
    } catch (error) {
      if (session.transaction) session.transaction.broken = true;
      throw error;
    }
  }

  function takeEffects(): void {
    if (effects.length > 0) onEffects(effects);
    effects = [];
  }

  return {
    /** Carries out a request. Never throws: what goes wrong is the reply. */
    handle: (session: Session, request: readonly Bytes[]): Reply => {
      keyspace.tick();
      const reply = attempt(() => queueOrRun(session, request));
      takeEffects();
      return reply;
    },

    /** Carries out what a log tells of, without telling of it again. */
    replay: (session: Session, request: readonly Bytes[]): void => {
      const reply = attempt(() => run(session, resolve(session, request), request));
      if (reply instanceof RedisError) log.error({ reason: reply.message }, "a command of the log was refused");
      effects = [];
    },

    /** A key whose time was over is gone: an effect of whatever request noticed it. */
    expired: (key: Bytes): void => void effects.push(["DEL", key]),

    /** Removes what is over without a request's asking. */
    sweep: (): void => {
      keyspace.tick();
      keyspace.sweep();
      takeEffects();
    },
  };
}
