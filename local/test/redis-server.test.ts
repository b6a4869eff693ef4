import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@shop/telemetry";
import { Redis } from "ioredis";
import { findRedisServer, startRedisBinary } from "../src/redis/binary";
import { startRedisServer } from "../src/redis/server";
import { type StandIn } from "../src/stand-in";

const log = createLogger("redis.test");
log.level = "silent";
const host = "127.0.0.1";
const logName = "appendonly.aof";
const atTheEnd: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of atTheEnd.splice(0).reverse()) await end();
});

function createDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), "redis-test-"));
  atTheEnd.push(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function start(dataDir = createDataDir()): Promise<StandIn> {
  const server = await startRedisServer({ host, port: 0, dataDir, log });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= server.stop());
  atTheEnd.push(stop);
  return { port: server.port, stop };
}

function connect({ port }: StandIn): Redis {
  const client = new Redis(port, host, { retryStrategy: () => null });
  client.on("error", () => undefined);
  atTheEnd.push(() => client.disconnect());
  return client;
}

describe("the Redis stand-in", () => {
  it("shares nothing with another in the same process", async () => {
    const [first, second] = await Promise.all([start(), start()]);
    await connect(first).set("key", "first");
    await connect(first).eval("redis.call('INCR', 'count')", 0);
    expect(await connect(second).mget("key", "count")).toEqual([null, null]);
    expect(await connect(second).publish("channel", "message")).toBe(0);
  });

  it("refuses to start on a port that is taken", async () => {
    const taken = createServer().listen(0, host);
    await once(taken, "listening");
    atTheEnd.push(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    await expect(startRedisServer({ host, port, dataDir: createDataDir(), log })).rejects.toThrow("EADDRINUSE");
  });

  it("ends its connections when it is stopped", async () => {
    const server = await start();
    const client = connect(server);
    await client.ping();
    const closed = once(client, "close");
    await server.stop();
    await closed;
  });
});

describe("the log of the Redis stand-in", () => {
  /** What a server makes of a log. */
  async function load(log: Buffer) {
    const dataDir = createDataDir();
    writeFileSync(join(dataDir, logName), log);
    const server = await start(dataDir);
    return { dataDir, server, client: connect(server), logBytes: statSync(join(dataDir, logName)).size };
  }

  async function writeLog(write: (client: Redis) => Promise<unknown>): Promise<Buffer> {
    const dataDir = createDataDir();
    const server = await start(dataDir);
    await write(connect(server));
    await server.stop();
    return readFileSync(join(dataDir, logName));
  }

  it("never brings back half of a transaction or of a script, wherever it was cut", async () => {
    const before = await writeLog((client) => client.set("before", "kept"));
    const transaction = await writeLog((client) => client.multi().set("a", "1").set("b", "1").exec());
    const script = await writeLog((client) => client.eval("redis.call('INCR', 'a'); redis.call('INCR', 'b')", 0));
    for (const together of [transaction, script]) {
      for (let bytes = 1; bytes < together.length; bytes += 1) {
        const { server, client, logBytes } = await load(Buffer.concat([before, together.subarray(0, bytes)]));
        expect(await client.mget("before", "a", "b")).toEqual(["kept", null, null]);
        expect(logBytes).toBe(before.length);
        await server.stop();
      }
      const { client } = await load(Buffer.concat([before, together]));
      expect(await client.mget("before", "a", "b")).toEqual(["kept", "1", "1"]);
    }
  });

  it("is loaded up to where it is damaged, and a copy of it kept", async () => {
    const before = await writeLog((client) => client.set("before", "kept"));
    const damaged = Buffer.concat([before, Buffer.from("*3\r\n\0\0\0garbage\r\n"), before]);
    const { dataDir, server, client } = await load(damaged);
    expect(await client.get("before")).toBe("kept");
    expect(readFileSync(join(dataDir, `${logName}.damaged`))).toEqual(damaged);
    await client.set("after", "kept");
    await server.stop();
    expect(await connect(await start(dataDir)).mget("before", "after")).toEqual(["kept", "kept"]);
  });

  it("tells a change of an expiring key from one made after it was gone", async () => {
    const gone = await writeLog(async (client) => {
      await client.set("key", "5", "PX", 1);
      while ((await client.exists("key")) === 1);
      await client.incr("key");
    });
    expect(await (await load(gone)).client.get("key")).toBe("1");
    const unnoticed = await writeLog(async (client) => {
      await client.multi().set("key", "5").pexpire("key", 1).incr("key").exec();
    });
    expect(await (await load(unnoticed)).client.exists("key")).toBe(0);
  });
});

// The tests of the machine's own server have nothing to run on a machine without one.
const onThisMachine = findRedisServer() === undefined ? "not on this machine" : "found on this machine";
describe(`the redis-server of this machine (${onThisMachine})`, () => {
  if (findRedisServer() === undefined) {
    it("is not there, and starting it says so", async () => {
      await expect(startRedisBinary({ host, port: 0, dataDir: createDataDir(), log })).rejects.toThrow("ENOENT");
    });
    return;
  }

  it("keeps its data, writes through to disk, and ends with its stop", async () => {
    const dataDir = createDataDir();
    const first = await startRedisBinary({ host, port: 0, dataDir, log });
    await connect(first).set("key", "kept");
    expect(await connect(first).config("GET", "appendfsync")).toEqual(["appendfsync", "always"]);
    await first.stop();
    const second = await startRedisBinary({ host, port: 0, dataDir, log });
    atTheEnd.push(() => second.stop());
    expect(await connect(second).get("key")).toBe("kept");
  });

  it("tells its last lines when it cannot start", async () => {
    const running = await startRedisBinary({ host, port: 0, dataDir: createDataDir(), log });
    atTheEnd.push(() => running.stop());
    const { port } = running;
    await expect(startRedisBinary({ host, port, dataDir: createDataDir(), log })).rejects.toThrow(
      /redis-server ended:[^]*Address already in use/,
    );
  });

  it("ends a server that a killed parent left behind on the same data", async () => {
    const dataDir = createDataDir();
    const pidFile = join(dataDir, "redis.pid");
    const settings = {
      port: "0",
      unixsocket: join(dataDir, "redis.sock"),
      dir: dataDir,
      pidfile: pidFile,
      daemonize: "yes",
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    expect(spawnSync("redis-server", args).status).toBe(0);
    while (!existsSync(pidFile)) await new Promise((resolve) => setImmediate(resolve));
    const orphan = Number.parseInt(readFileSync(pidFile, "utf8"), 10);
    const server = await startRedisBinary({ host, port: 0, dataDir, log });
    atTheEnd.push(() => server.stop());
    // Ended, be it that nobody has reaped it yet: then its command line is empty.
    const commandLine = `/proc/${orphan}/cmdline`;
    expect(existsSync(commandLine) ? readFileSync(commandLine, "utf8") : "").toBe("");
  });
});
