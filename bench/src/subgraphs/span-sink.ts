import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";

/** A collector of traces that takes all of them and keeps none. @returns its endpoint, of OTLP over HTTP */
export async function startSpanSink(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().once("end", () => response.end());
  });
  server.keepAliveTimeout = 60_000; // longer than any pause between two rounds
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
