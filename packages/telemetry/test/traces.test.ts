import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { type OtlpReceiver, startOtlpReceiver } from "@shop/telemetry/testing";

const script = join(__dirname, "traced-process.mjs");
const preload = require.resolve("@shop/telemetry/preload");
const traceId = "0af7651916cd43dd8448eb211c80319c";
const recorded = `00-${traceId}-b7ad6b7169203331-01`;
const unrecorded = `00-${traceId}-b7ad6b7169203331-00`;

/** @returns what it logged, once it has ended with 0 */
async function runTraced(environment: Record<string, string>, ...args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--require", preload, script, ...args], {
    env: { PATH: process.env["PATH"], NODE_ENV: "production", OTEL_SERVICE_NAME: "tried", ...environment },
  });
  return stdout.split("\n").filter((line) => line !== "");
}

describe.each(["http/protobuf", "grpc"] as const)("over %s", (protocol) => {
  let collector: OtlpReceiver;
  beforeEach(async () => {
    collector = await startOtlpReceiver(protocol);
  });
  afterEach(() => collector.stop());
  const run = (environment: Record<string, string>, ...args: string[]) =>
    runTraced(
      {
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        FLUSHES: "10",
        ...environment,
      },
      ...args,
    );

  it("sends the steps of a trace that somebody else began, and of each no more than is listed", async () => {
    expect(await run({ OTEL_TRACES_SAMPLER_ARG: "0" }, "1", recorded)).toEqual([]);
    const [step, request] = collector.spans;
    expect(collector.spans).toHaveLength(2);
    expect(request).toMatchObject({
      ...{ traceId, parentSpanId: "b7ad6b7169203331", name: "request", service: "tried" },
      attributes: { "http.route": "/orders/:id" },
    });
    expect(step).toMatchObject({ traceId, parentSpanId: request?.spanId, name: "ask", attributes: {} });
    expect(collector.spans.map(({ text }) => text).join("\n")).not.toMatch(/s3cret|ada@|password/);
  });

  it("sends nothing of a trace that whoever began it does not record, and of new ones the share that is asked for", async () => {
    await run({}, "20", unrecorded);
    await run({ OTEL_TRACES_SAMPLER_ARG: "0" }, "20");
    expect(collector.spans).toEqual([]);
    await run({ OTEL_TRACES_SAMPLER_ARG: "1" }, "20");
    // No trace begins with what a process does of itself.
    expect(collector.spans.filter(({ parentSpanId }) => parentSpanId === "").map(({ name }) => name)).toEqual(
      Array<string>(20).fill("request"),
    );
    expect(collector.spans).toHaveLength(40);
  });
});

describe.each(["http/protobuf", "grpc"] as const)("without a collector that takes them, over %s", (protocol) => {
  it("loses spans, says so once, and ends all the same", async () => {
    const lines = await runTraced(
      { OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" },
      "10000",
    );
    expect(lines.length).toBeLessThanOrEqual(1);
  });

  it("ends while one that is silent keeps it waiting", async () => {
    const silent: Server = createServer((socket) => void socket.on("error", () => undefined)).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    await runTraced({ OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, "10000");
    silent.close();
  });
});
