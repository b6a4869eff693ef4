import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo } from "node:net";
import { type Readable } from "node:stream";
import { readSpans, type ReceivedSpan } from "./otlp-spans";

/** For tests: a collector of traces. */
export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  /** All that came so far. */
  readonly spans: readonly ReceivedSpan[];
  stop(): Promise<void>;
}

/** Takes spans over OTLP/HTTP (protobuf), or over gRPC. */
export async function startOtlpReceiver(protocol: "http/protobuf" | "grpc" = "http/protobuf"): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const server = protocol === "grpc" ? createGrpcServer(spans) : createHttpServer(spans);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    stop: async () => {
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function createHttpServer(spans: ReceivedSpan[]) {
  return createServer((request: IncomingMessage, response) => {
    void readAll(request).then((body) => {
      if (request.url === "/v1/traces") spans.push(...readSpans(body));
      response.end();
    });
  });
}

const prefixBytes = 5; // whether it is compressed, and how long it is

function createGrpcServer(spans: ReceivedSpan[]) {
  const server = createHttp2Server();
  const open = new Set<{ destroy(): void }>();
  server.on("session", (session) => open.add(session));
  server.on("stream", (stream: ServerHttp2Stream) => {
    void readAll(stream).then((body) => {
      spans.push(...readSpans(body.subarray(prefixBytes)));
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(Buffer.alloc(prefixBytes));
    });
  });
  return Object.assign(server, {
    closeAllConnections: () => {
      for (const session of open) session.destroy();
    },
  });
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
