// The stand-in as a process of its own, which a test may kill: `kafka-child.ts <port> <data folder>`.
import { createLogger } from "@shop/telemetry";
import { startKafkaBroker } from "../src/kafka/broker";

const [port, dataDir] = process.argv.slice(2);
if (port === undefined || dataDir === undefined) throw new Error("usage: kafka-child.ts <port> <data folder>");

void startKafkaBroker({ host: "127.0.0.1", port: Number(port), dataDir, log: createLogger("kafka") }).then((broker) => {
  process.send?.({ port: broker.port });
  process.once("SIGTERM", () => {
    process.disconnect();
    void broker.stop();
  });
});
