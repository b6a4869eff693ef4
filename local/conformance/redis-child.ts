// The stand-in as a process of its own, which a test may kill: `redis-child.ts <port> <data folder>`.
import { createLogger } from "@shop/telemetry";
import { startRedisServer } from "../src/redis/server";

const [port, dataDir] = process.argv.slice(2);
if (port === undefined || dataDir === undefined) throw new Error("usage: redis-child.ts <port> <data folder>");

void startRedisServer({ host: "127.0.0.1", port: Number(port), dataDir, log: createLogger("redis") }).then((server) => {
  process.send?.({ port: server.port });
  process.once("SIGTERM", () => {
    process.disconnect();
    void server.stop();
  });
});
