import { type CommandTable } from "../command";
import { noReply, nullArray, ok, RedisError } from "../reply";
import { forgetWatches } from "../session";

export const transactionCommands: CommandTable = {
  multi: {
    arity: 1,
    immediate: true,
    notInScripts: true,
    run: (_args, { session }) => {
      if (session.transaction) throw new RedisError("ERR MULTI calls can not be nested");
      session.transaction = { queue: [], broken: false };
      return ok;
    },
  },
  exec: {
    arity: 1,
    immediate: true,
    notInScripts: true,
    run: (_args, { session, keyspace, call }) => {
      const { transaction, watches } = session;
      if (!transaction) throw new RedisError("ERR EXEC without MULTI");
      session.transaction = undefined;
      // A watched key whose time is over counts as changed, noticed or not.
      for (const key of watches.stop.keys()) keyspace.entry(key);
      const { dirty } = watches;
      forgetWatches(session);
      if (transaction.broken) {
        throw new RedisError("EXECABORT Transaction discarded because of previous errors.");
      }
      if (dirty) return nullArray;
      return transaction.queue.map(call).filter((reply) => reply !== noReply);
    },
  },
  discard: {
    arity: 1,
    immediate: true,
    notInScripts: true,
    run: (_args, { session }) => {
      if (!session.transaction) throw new RedisError("ERR DISCARD without MULTI");
      session.transaction = undefined;
      forgetWatches(session);
      return ok;
    },
  },
  watch: {
    arity: -2,
    immediate: true,
    notInScripts: true,
    run: (keys, { session, keyspace }) => {
      if (session.transaction) throw new RedisError("ERR WATCH inside MULTI is not allowed");
      const { watches } = session;
      for (const key of keys) {
        if (watches.stop.has(key)) continue;
        // One that is over already must not count as changed later.
        keyspace.entry(key);
        const stop = keyspace.watch(key, () => (watches.dirty = true));
        watches.stop.set(key, stop);
      }
      return ok;
    },
  },
  unwatch: {
    arity: 1,
    notInScripts: true,
    run: (_args, { session }) => {
      forgetWatches(session);
      return ok;
    },
  },
};
