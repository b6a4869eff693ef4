import { type Command, type CommandTable } from "../command";
import { matchesGlob } from "../glob";
import { noReply, RedisError } from "../reply";
import { type Session } from "../session";

export const pubSubCommands: CommandTable = {
  subscribe: subscribe("channels", "subscribe"),
  psubscribe: subscribe("patterns", "psubscribe"),
  unsubscribe: unsubscribe("channels", "unsubscribe"),
  punsubscribe: unsubscribe("patterns", "punsubscribe"),
  publish: { arity: 3, run: ([channel = "", message = ""], { pubSub }) => pubSub.publish(channel, message) },
  pubsub: {
    arity: -2,
    run: ([about = "", ...args], { pubSub }) => {
      switch (about.toUpperCase()) {
        case "CHANNELS":
          return pubSub.channels().filter((channel) => matchesGlob(args[0] ?? "*", channel));
        case "NUMSUB":
          return args.flatMap((channel) => [channel, pubSub.subscribers(channel)]);
        case "NUMPAT":
          return pubSub.patternCount();
        default:
          throw new RedisError(`ERR unknown subcommand '${about}'. Try PUBSUB HELP.`);
      }
    },
  },
};

function subscriptionCount({ channels, patterns }: Session): number {
  return channels.size + patterns.size;
}

function subscribe(kind: "channels" | "patterns", verb: string): Command {
  return {
    arity: -2,
    notInScripts: true,
    whileSubscribed: true,
    run: (names, { session, pubSub }) => {
      for (const name of names) {
        pubSub.subscribe(session, kind, name);
        session.push([verb, name, subscriptionCount(session)]);
      }
      return noReply;
    },
  };
}

/** Without names, from all; who had none is told so once. */
function unsubscribe(kind: "channels" | "patterns", verb: string): Command {
  return {
    arity: -1,
    notInScripts: true,
    whileSubscribed: true,
    run: (args, { session, pubSub }) => {
      const names = args.length > 0 ? args : [...session[kind]];
      for (const name of names) {
        pubSub.unsubscribe(session, kind, name);
        session.push([verb, name, subscriptionCount(session)]);
      }
      if (names.length === 0) session.push([verb, null, subscriptionCount(session)]);
      return noReply;
    },
  };
}
