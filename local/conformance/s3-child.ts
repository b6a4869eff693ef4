// The stand-in as a process of its own, which a test may kill: `s3-child.ts <port> <data folder> <access key> <secret key>`.
import { createLogger } from "@shop/telemetry";
import { startObjectStore } from "../src/object-store/server";

const [port, dataDir, accessKey, secretKey] = process.argv.slice(2);
if (port === undefined || dataDir === undefined || accessKey === undefined || secretKey === undefined) {
  throw new Error("usage: s3-child.ts <port> <data folder> <access key> <secret key>");
}
const options = { host: "127.0.0.1", port: Number(port), dataDir, accessKey, secretKey, log: createLogger("s3") };

void startObjectStore(options).then((server) => {
  process.send?.({ port: server.port });
  process.once("SIGTERM", () => {
    process.disconnect();
    void server.stop();
  });
});
