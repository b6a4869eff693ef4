import { type Redis } from "ioredis";
import { createClients, until } from "./redis-clients";
import { startRedisUnderTest } from "./redis-process";

let endServer: () => Promise<void>;
let clients: ReturnType<typeof createClients>;
let redis: Redis;

beforeAll(async () => {
  const server = await startRedisUnderTest();
  endServer = server.end;
  clients = createClients(server.url);
  redis = clients.connect();
});
afterAll(async () => {
  await clients.end();
  await endServer();
});

const key = (name?: string) => clients.key(name);

describe("strings", () => {
  it("keep every byte, and text of every alphabet", async () => {
    const [bytes, text] = [key("bytes"), key("text")];
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await redis.set(bytes, everyByte);
    await redis.set(text, "Kaffee für 東京 ☕️ \r\n \0");
    expect(await redis.getBuffer(bytes)).toEqual(everyByte);
    expect(await redis.strlen(bytes)).toBe(256);
    expect(await redis.get(text)).toBe("Kaffee für 東京 ☕️ \r\n \0");
  });

  it("hold what comes in many chunks", async () => {
    const big = key("big");
    await redis.set(big, Buffer.alloc(1024 * 1024, "x"));
    expect(await redis.strlen(big)).toBe(1024 * 1024);
    expect((await redis.getBuffer(big))?.equals(Buffer.alloc(1024 * 1024, "x"))).toBe(true);
  });

  it("are set under conditions, and hand out what was there", async () => {
    const lock = key("lock");
    expect(await redis.set(lock, "a", "PX", 60_000, "NX")).toBe("OK");
    expect(await redis.set(lock, "b", "PX", 60_000, "NX")).toBeNull();
    expect(await redis.set(lock, "c", "XX", "GET")).toBe("a");
    expect(await redis.pttl(lock)).toBe(-1);
    expect(await redis.set(key(), "x", "XX")).toBeNull();
    expect(await redis.getset(lock, "d")).toBe("c");
    expect(await redis.getdel(lock)).toBe("d");
    expect(await redis.get(lock)).toBeNull();
  });

  it("count, also beyond what a double holds, and refuse what is no number", async () => {
    const [count, word] = [key("count"), key("word")];
    expect(await redis.incr(count)).toBe(1);
    expect(await redis.incrby(count, 41)).toBe(42);
    expect(await redis.decr(count)).toBe(41);
    await redis.set(count, "9007199254740993");
    await redis.incr(count);
    expect(await redis.get(count)).toBe("9007199254740994");
    await redis.set(count, "9223372036854775807");
    await expect(redis.incr(count)).rejects.toThrow("ERR increment or decrement would overflow");
    await redis.set(word, "many");
    await expect(redis.incr(word)).rejects.toThrow("ERR value is not an integer or out of range");
    expect(await redis.incrbyfloat(key(), 10.5)).toBe("10.5");
  });

  it("are read and written several at once", async () => {
    const [a, b] = [key("a"), key("b")];
    await redis.mset(a, "1", b, "2");
    expect(await redis.mget(a, key(), b)).toEqual(["1", null, "2"]);
    expect(await redis.msetnx(key(), "1", a, "2")).toBe(0);
    expect(await redis.append(a, "23")).toBe(3);
    expect(await redis.getrange(a, -2, -1)).toBe("23");
  });
});

describe("keys", () => {
  it("expire, and say when", async () => {
    const brief = key("brief");
    await redis.set(brief, "v", "PX", 40);
    expect(await redis.pttl(brief)).toBeLessThanOrEqual(40);
    await until(async () => (await redis.get(brief)) === null);
    expect(await redis.pttl(brief)).toBe(-2);
    expect(await redis.ttl(key())).toBe(-2);
  });

  it("keep, lose and change their expiry", async () => {
    const lasting = key("lasting");
    await redis.set(lasting, "v", "EX", 100);
    await redis.set(lasting, "w", "KEEPTTL");
    expect(await redis.ttl(lasting)).toBeGreaterThan(90);
    await redis.incrby(key(), 1);
    expect(await redis.expire(lasting, 500, "GT")).toBe(1);
    expect(await redis.expire(lasting, 400, "GT")).toBe(0);
    expect(await redis.expire(lasting, 400, "NX")).toBe(0);
    expect(await redis.persist(lasting)).toBe(1);
    expect(await redis.ttl(lasting)).toBe(-1);
    const at = Date.now() + 60_000;
    expect(await redis.pexpireat(lasting, at)).toBe(1);
    expect(await redis.pexpiretime(lasting)).toBe(at);
    expect(await redis.expire(lasting, -1)).toBe(1);
    expect(await redis.exists(lasting)).toBe(0);
    await expect(redis.set(lasting, "v", "EX", 0)).rejects.toThrow("invalid expire time");
  });

  it("have a type, and refuse the commands of another", async () => {
    const [list, hash] = [key("list"), key("hash")];
    await redis.rpush(list, "a");
    await redis.hset(hash, "f", "v");
    expect(await redis.type(list)).toBe("list");
    expect(await redis.type(hash)).toBe("hash");
    expect(await redis.type(key())).toBe("none");
    await expect(redis.get(list)).rejects.toThrow("WRONGTYPE");
    await expect(redis.zadd(hash, 1, "m")).rejects.toThrow("WRONGTYPE");
    expect(await redis.unlink(list, hash, key())).toBe(2);
  });

  it("cease to exist with their last element", async () => {
    const [hash, set, list, sorted] = [key(), key(), key(), key()];
    await redis.hset(hash, "f", "v");
    await redis.sadd(set, "m");
    await redis.rpush(list, "e");
    await redis.zadd(sorted, 1, "m");
    await redis.hdel(hash, "f");
    await redis.srem(set, "m");
    await redis.lpop(list);
    await redis.zrem(sorted, "m");
    expect(await redis.exists(hash, set, list, sorted)).toBe(0);
  });

  it("are found by SCAN, each at least once, while others come and go", async () => {
    const prefix = key("scan");
    await redis.mset(Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`${prefix}:${i}`, "v"])));
    const found = new Set<string>();
    for await (const page of redis.scanStream({ match: `${prefix}:*`, count: 20 }) as AsyncIterable<string[]>) {
      for (const name of page) found.add(name);
      await redis.set(key(), "v");
    }
    expect(found.size).toBe(250);
  });
});

describe("hashes, sets and lists", () => {
  it("keep fields", async () => {
    const hash = key("hash");
    expect(await redis.hset(hash, { name: "Kettle", price: "4900" })).toBe(2);
    expect(await redis.hset(hash, "price", "4500", "stock", "3")).toBe(1);
    expect(await redis.hgetall(hash)).toEqual({ name: "Kettle", price: "4500", stock: "3" });
    expect(await redis.hmget(hash, "name", "none")).toEqual(["Kettle", null]);
    expect(await redis.hincrby(hash, "stock", -1)).toBe(2);
    expect(await redis.hsetnx(hash, "name", "Pot")).toBe(0);
    expect(await redis.hdel(hash, "name", "none")).toBe(1);
    expect(await redis.hlen(hash)).toBe(2);
    expect(await redis.hgetall(key())).toEqual({});
  });

  it("keep members once", async () => {
    const [a, b] = [key("a"), key("b")];
    expect(await redis.sadd(a, "x", "y", "x")).toBe(2);
    await redis.sadd(b, "y", "z");
    expect(await redis.sismember(a, "x")).toBe(1);
    expect(await redis.smismember(a, "x", "z")).toEqual([1, 0]);
    expect(await redis.sinter(a, b)).toEqual(["y"]);
    expect((await redis.sunion(a, b)).sort()).toEqual(["x", "y", "z"]);
    expect(await redis.smove(a, b, "x")).toBe(1);
    expect(await redis.scard(b)).toBe(3);
    expect(["x", "y", "z"]).toContain(await redis.spop(b));
    expect(await redis.scard(b)).toBe(2);
  });

  it("keep an order", async () => {
    const list = key("list");
    expect(await redis.rpush(list, "b", "c", "d")).toBe(3);
    expect(await redis.lpush(list, "a")).toBe(4);
    expect(await redis.lrange(list, 0, -1)).toEqual(["a", "b", "c", "d"]);
    expect(await redis.lrange(list, -2, 100)).toEqual(["c", "d"]);
    expect(await redis.ltrim(list, 1, 2)).toBe("OK");
    expect(await redis.lpop(list)).toBe("b");
    expect(await redis.rpoplpush(list, list)).toBe("c");
    expect(await redis.llen(list)).toBe(1);
  });
});

describe("sorted sets", () => {
  async function scored(): Promise<string> {
    const set = key("sorted");
    await redis.zadd(set, 1, "a", 2, "b", 2, "c", 3.5, "d", 10, "e");
    return set;
  }

  it("add, raise and count", async () => {
    const set = await scored();
    expect(await redis.zadd(set, "NX", 99, "a", 4, "f")).toBe(1);
    expect(await redis.zadd(set, "XX", "CH", 5, "f", 6, "g")).toBe(1);
    expect(await redis.zadd(set, "GT", "CH", 4, "f")).toBe(0);
    expect(await redis.zscore(set, "f")).toBe("5");
    expect(await redis.zscore(set, "g")).toBeNull();
    expect(await redis.zincrby(set, 0.5, "d")).toBe("4");
    expect(await redis.zadd(set, "INCR", 1, "a")).toBe("2");
    expect(await redis.zcard(set)).toBe(6);
    expect(await redis.zcount(set, "(2", "+inf")).toBe(3);
    expect(await redis.zmscore(set, "a", "none")).toEqual(["2", null]);
    await expect(redis.zadd(set, "many", "x")).rejects.toThrow("ERR value is not a valid float");
  });

  it("are read by position, by score and by name, either way round", async () => {
    const set = await scored();
    expect(await redis.zrange(set, 0, -1)).toEqual(["a", "b", "c", "d", "e"]);
    expect(await redis.zrange(set, 0, 1, "REV", "WITHSCORES")).toEqual(["e", "10", "d", "3.5"]);
    expect(await redis.zrevrange(set, 3, 10)).toEqual(["b", "a"]);
    expect(await redis.zrange(set, "(1", 3.5, "BYSCORE")).toEqual(["b", "c", "d"]);
    expect(await redis.zrange(set, "+inf", "(1", "BYSCORE", "REV", "LIMIT", 1, 2)).toEqual(["d", "c"]);
    expect(await redis.zrangebyscore(set, "-inf", "+inf", "LIMIT", 3, -1)).toEqual(["d", "e"]);
    expect(await redis.zrangebyscore(set, 2, 2, "WITHSCORES")).toEqual(["b", "2", "c", "2"]);
    expect(await redis.zrevrangebyscore(set, 3, "-inf", "LIMIT", 0, 2)).toEqual(["c", "b"]);
    expect(await redis.zrank(set, "c")).toBe(2);
    expect(await redis.zrevrank(set, "e")).toBe(0);
    const names = key("names");
    await redis.zadd(names, 0, "anna", 0, "bert", 0, "carl");
    expect(await redis.zrangebylex(names, "[anna", "(carl")).toEqual(["anna", "bert"]);
  });

  it("lose ranges, and their ends", async () => {
    const set = await scored();
    expect(await redis.zremrangebyrank(set, 0, 0)).toBe(1);
    expect(await redis.zremrangebyscore(set, "-inf", "(3.5")).toBe(2);
    expect(await redis.zpopmin(set)).toEqual(["d", "3.5"]);
    expect(await redis.zpopmax(set)).toEqual(["e", "10"]);
    expect(await redis.zremrangebyrank(await scored(), 0, -3)).toBe(3);
  });

  it("keep scores as large as a time in milliseconds exactly, and in order", async () => {
    const set = key("times");
    const now = 1_795_000_000_000;
    await redis.zadd(set, now + 1, "later", now, "now", now - 1, "earlier");
    expect(await redis.zrange(set, 0, -1)).toEqual(["earlier", "now", "later"]);
    expect(await redis.zscore(set, "later")).toBe(String(now + 1));
  });
});
