import { requireInteger } from "../arguments";
import { type Command, type CommandTable } from "../command";
import { type Bytes, ok, RedisError } from "../reply";
import { type Scripts } from "../scripts";

export const scriptingCommands: CommandTable = {
  eval: evaluation((source, scripts) => scripts.load(source)),
  evalsha: evaluation((digest, scripts) => {
    const sha = digest.toLowerCase();
    if (!scripts.has(sha)) throw new RedisError("NOSCRIPT No matching script. Please use EVAL.");
    return sha;
  }),
  script: {
    arity: -2,
    notInScripts: true,
    run: ([about = "", ...args], { scripts }) => {
      switch (about.toUpperCase()) {
        case "LOAD":
          return scripts.load(args[0] ?? "");
        case "EXISTS":
          return args.map((sha) => (scripts.has(sha.toLowerCase()) ? 1 : 0));
        case "FLUSH":
          scripts.flush();
          return ok;
        default:
          throw new RedisError(`ERR unknown subcommand '${about}'. Try SCRIPT HELP.`);
      }
    },
  },
};

function evaluation(toSha: (script: Bytes, scripts: Scripts) => Bytes): Command {
  return {
    arity: -3,
    notInScripts: true,
    run: ([script = "", keyCount = "", ...args], { scripts, callFromScript }) => {
      const keys = requireInteger(keyCount);
      if (keys < 0) throw new RedisError("ERR Number of keys can't be negative");
      if (keys > args.length) throw new RedisError("ERR Number of keys can't be greater than number of args");
      return scripts.run(toSha(script, scripts), args.slice(0, keys), args.slice(keys), callFromScript);
    },
  };
}
