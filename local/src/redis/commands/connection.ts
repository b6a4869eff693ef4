import { requireInteger, syntaxError } from "../arguments";
import { type CommandContext, type CommandTable } from "../command";
import { type Bytes, ok, RedisError, type Reply, Status } from "../reply";
import { forgetWatches } from "../session";

export const connectionCommands: CommandTable = {
  ping: {
    arity: -1,
    whileSubscribed: true,
    run: ([message], { session }) => {
      if (session.channels.size + session.patterns.size > 0) return ["pong", message ?? ""];
      return message ?? new Status("PONG");
    },
  },
  echo: { arity: 2, run: ([message = ""]) => message },
  quit: {
    arity: -1,
    immediate: true,
    notInScripts: true,
    whileSubscribed: true,
    run: (_args, { session }) => {
      session.closing = true;
      return ok;
    },
  },
  reset: {
    arity: 1,
    immediate: true,
    notInScripts: true,
    whileSubscribed: true,
    run: (_args, { session, pubSub }) => {
      session.transaction = undefined;
      session.name = "";
      forgetWatches(session);
      pubSub.leave(session);
      return new Status("RESET");
    },
  },
  // RESP3 is not spoken; clients fall back to RESP2 on this very answer.
  hello: {
    arity: -1,
    notInScripts: true,
    run: () => {
      throw new RedisError("NOPROTO unsupported protocol version");
    },
  },
  auth: {
    arity: -2,
    notInScripts: true,
    run: (args) => {
      if (args.length > 2) throw syntaxError();
      // As a server without a password: its one user takes any, but AUTH with a password alone points at a mistake.
      if (args.length === 2 && args[0] === "default") return ok;
      if (args.length === 2) throw new RedisError("WRONGPASS invalid username-password pair or user is disabled.");
      throw new RedisError(
        "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
      );
    },
  },
  select: {
    arity: 2,
    run: ([index = ""]) => {
      if (requireInteger(index) !== 0) throw new RedisError("ERR DB index is out of range");
      return ok;
    },
  },
  client: { arity: -2, notInScripts: true, run: (args, context) => client(args, context) },
  command: { arity: -1, run: ([about]) => (about?.toUpperCase() === "COUNT" ? 0 : []) },
  time: {
    arity: 1,
    run: (_args, { keyspace: { nowMs } }) => [String(Math.floor(nowMs / 1000)), String((nowMs % 1000) * 1000)],
  },
  info: { arity: -1, run: ([section], context) => info(section?.toLowerCase(), context) },
  bgrewriteaof: {
    arity: 1,
    notInScripts: true,
    run: (_args, { server }) => {
      server.compact();
      return new Status("Background append only file rewriting started");
    },
  },
};

function client([about = "", ...args]: readonly Bytes[], { session }: CommandContext): Reply {
  switch (about.toUpperCase()) {
    case "ID":
      return session.id;
    case "GETNAME":
      return session.name === "" ? null : session.name;
    case "SETNAME":
      if (/[^!-~]/.test(args[0] ?? "")) {
        throw new RedisError("ERR Client names cannot contain spaces, newlines or special characters.");
      }
      session.name = args[0] ?? "";
      return ok;
    case "SETINFO":
      return ok;
    default:
      throw new RedisError(`ERR unknown subcommand '${about}'. Try CLIENT HELP.`);
  }
}

/** What a client reads of a server: whether it is loading, whose log it holds (run_id), how much there is. */
function info(section: string | undefined, { keyspace, server }: CommandContext): Bytes {
  const keys = keyspace.keys();
  const expiring = keys.filter((key) => keyspace.expiresAtMs(key) !== undefined).length;
  const sections: Record<string, Record<string, string | number>> = {
    Server: {
      redis_version: "7.0.0",
      redis_mode: "standalone",
      process_id: process.pid,
      run_id: server.runId,
      tcp_port: server.port(),
      uptime_in_seconds: Math.floor((keyspace.nowMs - server.startedAtMs) / 1000),
      executable: "stand-in",
    },
    Clients: { connected_clients: server.connections() },
    Memory: { used_memory: process.memoryUsage.rss(), maxmemory: 0, maxmemory_policy: "noeviction" },
    Persistence: { loading: 0, aof_enabled: 1 },
    Replication: { role: "master", connected_slaves: 0 },
    Keyspace: keys.length === 0 ? {} : { db0: `keys=${keys.length},expires=${expiring},avg_ttl=0` },
  };
  const everything = section === undefined || ["all", "everything", "default"].includes(section);
  return Object.entries(sections)
    .filter(([title]) => everything || title.toLowerCase() === section)
    .map(([title, facts]) => [`# ${title}`, ...Object.entries(facts).map(([name, value]) => `${name}:${value}`), ""])
    .flat()
    .join("\r\n");
}
