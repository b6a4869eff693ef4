import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { Redis } from "ioredis";

/** Commands as bytes on a socket, for what no client library would send. */
export async function exchange(url: string, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.setNoDelay(true);
  let answer = "";
  socket.setEncoding("latin1").on("data", (text: string) => (answer += text));
  for (const piece of pieces.slice(0, -1)) {
    socket.write(piece);
    // Each piece is to arrive as a chunk of its own.
    await new Promise((resolve) => setImmediate(resolve));
  }
  // In one piece with the last: what a server that hangs up has not read makes TCP reset the connection.
  socket.cork();
  socket.write(pieces.at(-1) ?? "");
  socket.end("\r\nQUIT\r\n");
  await once(socket, "close");
  return answer;
}

/** Clients whose keys all begin with a prefix of their own; `end` removes those keys. */
export function createClients(url: string) {
  const prefix = `conformance:${randomUUID()}:`;
  const clients: Redis[] = [];

  function connectClient(): Redis {
    const client = new Redis(url, { maxRetriesPerRequest: 2 });
    // A server that is killed on purpose breaks connections; commands report it where it matters.
    client.on("error", () => undefined);
    clients.push(client);
    return client;
  }

  return {
    prefix,
    /** A key that nothing else uses. */
    key: (name = "key") => `${prefix}${name}:${randomUUID()}`,
    connect: connectClient,
    end: async () => {
      const cleaner = connectClient();
      for await (const keys of cleaner.scanStream({ match: `${prefix}*` }) as AsyncIterable<string[]>) {
        if (keys.length > 0) await cleaner.unlink(...keys);
      }
      for (const client of clients.filter(({ status }) => status !== "end")) {
        const ended = once(client, "end");
        client.disconnect();
        await ended;
      }
    },
  };
}

/** The script by which a notification reaches an inbox: once per event id, in the order of its sequence. */
export const addToInbox = `
if redis.call('ZADD', KEYS[1], 'NX', ARGV[1], ARGV[2]) == 0 then return 0 end
local seq = redis.call('INCR', KEYS[2])
redis.call('ZADD', KEYS[3], seq, ARGV[2])
redis.call('HSET', KEYS[4], ARGV[2], ARGV[3])
redis.call('PUBLISH', ARGV[4], seq)
return seq`;

/** Keeps the newest entries of an inbox, and forgets event ids that are older than a time. */
export const trimInbox = `
local beyond = redis.call('ZRANGE', KEYS[3], 0, -(tonumber(ARGV[1]) + 1))
for _, id in ipairs(beyond) do redis.call('HDEL', KEYS[4], id) end
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -(tonumber(ARGV[1]) + 1))
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[2])
return #beyond`;

/** Waits, without a guess at how long, for what the server does by itself. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}
