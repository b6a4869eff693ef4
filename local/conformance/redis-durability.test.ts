import { appendFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { given } from "./config";
import { startRedisProcess, urlOf } from "./redis-process";
import { createDataFolder, type StandInProcess } from "./stand-in";

let folder: ReturnType<typeof createDataFolder>;
let server: StandInProcess;
const clients: Redis[] = [];

function connect(): Redis {
  const client = new Redis(urlOf(server), { maxRetriesPerRequest: 0, retryStrategy: () => null });
  client.on("error", () => undefined);
  clients.push(client);
  return client;
}

async function restart(end: () => Promise<unknown>): Promise<Redis> {
  await end();
  server = await startRedisProcess(folder.path);
  return connect();
}

const crash = () => restart(() => server.kill());
const logPath = () => join(folder.path, "appendonly.aof");

// A real server may be anyone's: it is not for this suite to kill, and its files are not ours to damage.
const suite =
  given.redis === undefined
    ? describe
    : (name: string, _tests: () => void) =>
        describe(name, () => {
          it("is tried on the stand-in only, which may be killed", () => expect(given.redis).toBeDefined());
        });

suite("what the stand-in keeps", () => {
  beforeEach(async () => {
    folder = createDataFolder();
    server = await startRedisProcess(folder.path);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await server.kill();
    folder.remove();
  });

  it("is every kind of value, over a stop and over a kill", async () => {
    const first = connect();
    const bytes = Buffer.from([0, 13, 10, 255, 36, 42]);
    await first.set("string", bytes);
    await first.hset("hash", { f: "é", g: "2" });
    await first.hincrby("hash", "g", 5);
    await first.rpush("list", "a", "b", "c");
    await first.lpop("list");
    await first.sadd("set", "x", "y", "z");
    const popped = await first.spop("set");
    await first.zadd("sorted", 1.5, "m", 2, "n");
    await first.eval("redis.call('ZADD', KEYS[1], 'INCR', 2, 'm'); redis.call('INCR', KEYS[2])", 2, "sorted", "count");
    await first.multi().incr("count").rename("list", "renamed").exec();

    const expectAll = async (client: Redis) => {
      expect(await client.getBuffer("string")).toEqual(bytes);
      expect(await client.hgetall("hash")).toEqual({ f: "é", g: "7" });
      expect(await client.lrange("renamed", 0, -1)).toEqual(["b", "c"]);
      expect((await client.smembers("set")).sort()).toEqual(["x", "y", "z"].filter((member) => member !== popped));
      expect(await client.zrange("sorted", 0, -1, "WITHSCORES")).toEqual(["n", "2", "m", "3.5"]);
      expect(await client.get("count")).toBe("2");
      expect(await client.dbsize()).toBe(6);
    };
    await expectAll(await restart(async () => expect(await server.stop()).toBe(0)));
    await expectAll(await crash());
  });

  it("is every write that was acknowledged before a kill", async () => {
    const client = connect();
    const acknowledged: number[] = [];
    const writes = Array.from({ length: 5000 }, (_, i) =>
      client.set(`key:${i}`, `${i}`).then(
        () => void acknowledged.push(i),
        () => undefined,
      ),
    );
    await writes[1500];
    const survivor = await crash();
    await Promise.all(writes);
    expect(acknowledged.length).toBeGreaterThan(1500);
    const kept = await survivor.mget(acknowledged.map((i) => `key:${i}`));
    expect(kept).toEqual(acknowledged.map(String));
  });

  it("expires at the time that was set, not counted anew from the restart", async () => {
    const client = connect();
    const at = Date.now() + 60_000;
    await client.set("later", "v");
    await client.pexpireat("later", at);
    await client.set("soon", "v", "PX", 5);
    await client.incr("counted");
    await client.pexpire("counted", 5);
    const after = await crash();
    expect(await after.pexpiretime("later")).toBe(at);
    expect(await after.exists("soon")).toBe(0);
    expect(await after.incr("counted")).toBe(1);
    expect(await after.pttl("counted")).toBe(-1);
    expect(await (await crash()).get("counted")).toBe("1");
  });

  it("does not grow with the number of writes, and survives a kill while it is compacted", async () => {
    const client = connect();
    const value = "x".repeat(10_000);
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 100 }, (_, i) => client.set(`key:${i % 10}`, `${round}${value}`)));
    }
    expect(statSync(logPath()).size).toBeLessThan(5_000_000);
    appendFileSync(`${logPath()}.new`, "half of a rewritten file");
    const after = await crash();
    expect(await after.get("key:3")).toBe(`19${value}`);
    await after.call("BGREWRITEAOF");
    expect(statSync(logPath()).size).toBeLessThan(150_000);
    expect(await (await crash()).get("key:9")).toBe(`19${value}`);
  });

  it("has a new run id at every start, by which a consumer sees that it may have lost something", async () => {
    const runId = async (client: Redis) => /run_id:(\w+)/.exec(await client.info("server"))?.[1];
    const before = await runId(connect());
    const after = await crash();
    expect(await runId(after)).not.toBe(before);
    await expect(after.evalsha("0".repeat(40), 0)).rejects.toThrow("NOSCRIPT");
  });

  it("does not include streams, blocking commands and keyspace events, each of which it names", async () => {
    const client = connect();
    await expect(client.xadd("stream", "*", "f", "v")).rejects.toThrow("ERR unknown command 'xadd'");
    await expect(client.blpop("list", 1)).rejects.toThrow("ERR unknown command 'blpop'");
    await expect(client.config("SET", "notify-keyspace-events", "Ex")).rejects.toThrow("ERR unknown command 'config'");
    await expect(client.select(1)).rejects.toThrow("ERR DB index is out of range");
  });
});
