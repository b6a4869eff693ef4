import { list, loadEnvironment } from "@shop/env";
import { z } from "zod";

/** What the command reads; a service has a bus from its own configuration. */
export const environment = z.object({
  KAFKA_BROKERS: list().default(["127.0.0.1:9092"]).describe("Where the events are: host:port, comma-separated."),
});

export function loadConfig(): { readonly kafkaBrokers: string[] } {
  return { kafkaBrokers: loadEnvironment(environment, process.env).KAFKA_BROKERS };
}
