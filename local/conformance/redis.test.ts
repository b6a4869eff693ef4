import { once } from "node:events";
import { RedisPubSub } from "graphql-redis-subscriptions";
import { type Redis } from "ioredis";
import { addToInbox, createClients, exchange, trimInbox, until } from "./redis-clients";
import { startRedisUnderTest } from "./redis-process";

let url: string;
let endServer: () => Promise<void>;
let clients: ReturnType<typeof createClients>;
let redis: Redis;

beforeAll(async () => {
  ({ url, end: endServer } = await startRedisUnderTest());
  clients = createClients(url);
  redis = clients.connect();
});
afterAll(async () => {
  await clients.end();
  await endServer();
});

const key = (name?: string) => clients.key(name);

describe("transactions", () => {
  it("answer all commands together, and go on past one that fails", async () => {
    const [count, word] = [key("count"), key("word")];
    const results = await redis.multi().incr(count).set(word, "many").incr(word).get(word).exec();
    expect(results?.map(([error, result]) => error?.message ?? result)).toEqual([
      1,
      "OK",
      "ERR value is not an integer or out of range",
      "many",
    ]);
  });

  it("do nothing if a command could not be queued", async () => {
    const count = key("count");
    await redis.multi({ pipeline: false });
    await redis.incr(count);
    await expect(redis.call("INCR")).rejects.toThrow("wrong number of arguments");
    await expect(redis.exec()).rejects.toThrow("EXECABORT");
    expect(await redis.get(count)).toBeNull();
  });

  it("let no command of another connection in between", async () => {
    const [a, b] = [key("a"), key("b")];
    const other = clients.connect();
    const reads: Promise<(string | null)[]>[] = [];
    for (let i = 0; i < 50; i += 1) {
      void redis.multi().incr(a).incr(b).exec();
      reads.push(other.mget(a, b));
    }
    for (const [first, second] of await Promise.all(reads)) expect(first).toBe(second);
    expect(await redis.get(b)).toBe("50");
  });

  it("are called off when a watched key was changed meanwhile", async () => {
    const stock = key("stock");
    await redis.set(stock, "3");
    const other = clients.connect();
    await redis.watch(stock);
    await other.decr(stock);
    expect(await redis.multi().decr(stock).exec()).toBeNull();
    expect(await redis.get(stock)).toBe("2");
    await redis.watch(stock);
    expect(await redis.multi().decr(stock).exec()).toEqual([[null, 1]]);
  });

  it("are called off when a watched key expired meanwhile", async () => {
    const brief = key("brief");
    // In one piece: a key that is gone by the time it is watched does not expire meanwhile.
    await redis.pipeline().set(brief, "v", "PX", 100).watch(brief).exec();
    const other = clients.connect();
    await until(async () => (await other.exists(brief)) === 0);
    expect(await redis.multi().set(brief, "w").exec()).toBeNull();
  });

  it("are dropped by DISCARD", async () => {
    const count = key("count");
    await redis.multi({ pipeline: false });
    await redis.incr(count);
    expect(await redis.discard()).toBe("OK");
    expect(await redis.exists(count)).toBe(0);
    await expect(redis.call("EXEC")).rejects.toThrow("ERR EXEC without MULTI");
  });
});

describe("pipelines", () => {
  it("are answered in order, errors included", async () => {
    const list = key("list");
    const pipeline = redis.pipeline();
    for (let i = 0; i < 1000; i += 1) pipeline.rpush(list, `${i}`);
    pipeline.incr(list).llen(list);
    const results = (await pipeline.exec()) ?? [];
    expect(results.slice(0, 1000).map(([, length]) => length)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    expect(results[1000]?.[0]?.message).toContain("WRONGTYPE");
    expect(results[1001]).toEqual([null, 1000]);
  });
});

describe("scripts", () => {
  const run = (script: string, keys: string[] = [], args: (string | number)[] = []) =>
    redis.eval(script, keys.length, ...keys, ...args);

  it("take and give numbers, texts, tables and nothing", async () => {
    expect(await run("return { 1, 2.9, 'a', true, false, { 'b', { 3 } }, nil, 5 }")).toEqual([
      1,
      2,
      "a",
      1,
      null,
      ["b", [3]],
    ]);
    expect(await run("return redis.status_reply('FINE')")).toBe("FINE");
    expect(await run("return { KEYS[1], ARGV[1], #KEYS, #ARGV }", ["k"], ["ü", 7])).toEqual(["k", "ü", 1, 2]);
    expect(await run("return redis.call('GET', KEYS[1])", [key()])).toBeNull();
    expect(await run("return type(redis.call('GET', KEYS[1]))", [key()])).toBe("boolean");
  });

  it("reckon in doubles, and write whole numbers as such", async () => {
    expect(await run("return tostring(10 / 2) .. ' ' .. 2147483647 + 1")).toBe("5 2147483648");
    expect(await run("return tonumber(ARGV[1]) * 1000", [], ["1795000000"])).toBe(1_795_000_000_000);
    const stamped = key();
    await run("redis.call('SET', KEYS[1], ARGV[1] + 1)", [stamped], ["1795000000000"]);
    expect(await redis.get(stamped)).toBe("1795000000001");
    expect(await run("local sum = 0; for i, v in ipairs({ 1, 2, 3 }) do sum = sum + i * v end; return sum")).toBe(14);
  });

  it("meet refusals as Redis hands them out", async () => {
    const word = key("word");
    await redis.set(word, "many");
    await expect(run("return redis.call('INCR', KEYS[1])", [word])).rejects.toThrow("ERR value is not an integer");
    expect(await run("return redis.pcall('INCR', KEYS[1]).err", [word])).toContain("not an integer");
    await expect(run("return redis.error_reply('STALE too late')")).rejects.toThrow("STALE too late");
    await expect(run("return nothing_of_this_name")).rejects.toThrow("nonexistent global variable");
    await expect(run("global = 1")).rejects.toThrow(/global|readonly/);
    await expect(run("return (")).rejects.toThrow("Error compiling script");
    await expect(run("return redis.call('MULTI')")).rejects.toThrow("not allowed from script");
    await expect(run("return os.time()")).rejects.toThrow("ERR");
  });

  it("stay done as far as they came when they fail", async () => {
    const [a, b] = [key("a"), key("b")];
    await expect(
      run("redis.call('SET', KEYS[1], 1); error('stop'); redis.call('SET', KEYS[2], 1)", [a, b]),
    ).rejects.toThrow("stop");
    expect(await redis.mget(a, b)).toEqual(["1", null]);
  });

  it("are known by their digest", async () => {
    const sha = (await redis.script("LOAD", "return ARGV[1]")) as string;
    expect(await redis.evalsha(sha, 0, "x")).toBe("x");
    expect(await redis.script("EXISTS", sha, "0".repeat(40))).toEqual([1, 0]);
    await expect(redis.evalsha("0".repeat(40), 0)).rejects.toThrow("NOSCRIPT");
  });

  it("put each event into an inbox once, numbered without a gap, however many deliver it at the same time", async () => {
    const tag = `${clients.prefix}{inbox:${key()}}`;
    const keys = ["known", "seq", "entries", "bodies"].map((name) => `${tag}:${name}`);
    const wakeUps = clients.connect();
    await wakeUps.subscribe(tag);
    let woken = 0;
    wakeUps.on("message", () => (woken += 1));
    const workers = Array.from({ length: 4 }, () => clients.connect());
    const sequences = await Promise.all(
      workers.flatMap((worker) =>
        Array.from({ length: 50 }, (_, event) =>
          worker.eval(addToInbox, 4, ...keys, 1_795_000_000_000 + event, `event-${event}`, `{"é":${event}}`, tag),
        ),
      ),
    );
    expect(
      sequences
        .filter((sequence) => sequence !== 0)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    await until(async () => {
      await redis.ping();
      return woken === 50;
    });

    const [, , entries = "", bodies = ""] = keys;
    const [newest = ""] = await redis.zrange(entries, 0, 0, "REV");
    expect(JSON.parse((await redis.hget(bodies, newest)) ?? "")).toEqual({ é: Number(newest.split("-")[1]) });
    expect(await redis.eval(trimInbox, 4, ...keys, 20, 1_795_000_000_010)).toBe(30);
    expect(await redis.zrangebyscore(entries, "-inf", "+inf", "WITHSCORES", "LIMIT", 0, 1)).toContain("31");
    expect(await redis.hlen(bodies)).toBe(20);
    expect(await redis.zcard(keys[0] ?? "")).toBe(40);
  });
});

describe("publish and subscribe", () => {
  it("tells those who listen, by channel and by pattern, and counts them", async () => {
    const channel = key("channel");
    const [subscriber, watcher] = [clients.connect(), clients.connect()];
    await subscriber.subscribe(channel);
    await watcher.psubscribe(`${clients.prefix}channel:*`);
    const message = once(subscriber, "message");
    const matched = once(watcher, "pmessage");
    expect(await redis.publish(channel, "größer")).toBe(2);
    expect(await message).toEqual([channel, "größer"]);
    expect(await matched).toEqual([`${clients.prefix}channel:*`, channel, "größer"]);
    expect(await redis.pubsub("NUMSUB", channel)).toEqual([channel, 1]);

    await subscriber.unsubscribe(channel);
    watcher.disconnect();
    await until(async () => (await redis.publish(channel, "nobody")) === 0);
  });

  it("keeps a subscribed connection from other commands", async () => {
    expect(await exchange(url, `SUBSCRIBE ${key()}\r\nGET x\r\nPING\r\n`)).toMatch(
      /\*3\r\n\$9\r\nsubscribe\r\n[^]*-ERR Can't execute 'get'[^]*\*2\r\n\$4\r\npong/,
    );
  });

  it("carries graphql-redis-subscriptions", async () => {
    const pubSub = new RedisPubSub({ publisher: clients.connect(), subscriber: clients.connect() });
    const topic = key("topic");
    // Once this has its answer; the library drops what reaches it in one piece with that.
    const subscription = await pubSub.subscribe(topic, () => undefined);
    const events = pubSub.asyncIterator<{ order: number }>(topic);
    const first = events.next();
    await pubSub.publish(topic, { order: 1 });
    expect(await first).toEqual({ done: false, value: { order: 1 } });
    await events.return();
    expect((await redis.pubsub("NUMSUB", topic))[1]).toBe(1);
    pubSub.unsubscribe(subscription);
    await until(async () => (await redis.pubsub("NUMSUB", topic))[1] === 0);
    await pubSub.close();
  });
});

describe("the server", () => {
  it("tells who it is", async () => {
    const info = await redis.info("server");
    expect(info).toMatch(/^run_id:[0-9a-f]{40}\r?$/m);
    expect(await redis.info()).toContain("loading:0");
    expect(await redis.ping()).toBe("PONG");
    expect(await redis.select(0)).toBe("OK");
    await redis.client("SETNAME", "conformance");
    expect(await redis.client("GETNAME")).toBe("conformance");
  });

  it("understands requests cut anywhere, and those typed by hand", async () => {
    const request = Buffer.from("*2\r\n$4\r\nECHO\r\n$6\r\nx\r\ny-z\r\n");
    const bytes = [...request].map((byte) => Buffer.from([byte]));
    expect(await exchange(url, ...bytes, "PING  hello\r\n")).toBe("$6\r\nx\r\ny-z\r\n$5\r\nhello\r\n+OK\r\n");
  });

  it("names a command that it does not know, and a wrong count", async () => {
    await expect(redis.call("NOSUCHCOMMAND", "a", "b")).rejects.toThrow(
      "ERR unknown command 'NOSUCHCOMMAND', with args beginning with: 'a' 'b'",
    );
    await expect(redis.call("GET")).rejects.toThrow("ERR wrong number of arguments for 'get' command");
    await expect(redis.call("constructor")).rejects.toThrow("ERR unknown command");
  });

  it.each([
    ["an argument without its length", "*1\r\nPING\r\n"],
    ["a negative length", "*1\r\n$-5\r\n"],
    ["a length that is no number", "*1\r\n$abc\r\n"],
    ["more arguments than there can be", "*99999999999\r\n"],
    ["an argument larger than there can be", "*1\r\n$9999999999\r\n"],
  ])("answers %s with a protocol error, hangs up, and goes on serving others", async (_what, bytes) => {
    expect(await exchange(url, bytes)).toMatch(/^-ERR Protocol error: [^\r]+\r\n$/);
    expect(await redis.ping()).toBe("PONG");
  });

  it("hangs up on an endless line, and goes on serving others", async () => {
    // What a server has not read when it hangs up makes TCP reset the connection, which may cost its answer.
    const answer = await exchange(url, Buffer.alloc(100_000, "a")).catch(
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
    expect(answer).toMatch(/^(-ERR Protocol error: [^\r]+\r\n|ECONNRESET)$/);
    expect(await redis.ping()).toBe("PONG");
  });

  it("outlives noise", async () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const noise = Buffer.from(Array.from({ length: 200 }, (_, i) => (seed * 31 + i * i * seed) % 256));
      await exchange(url, Buffer.concat([Buffer.from("*3\r\n$3\r\nSET\r\n"), noise])).catch(() => undefined);
    }
    expect(await redis.ping()).toBe("PONG");
  });
});
