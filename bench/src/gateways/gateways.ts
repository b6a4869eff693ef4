import { join } from "node:path";
import { repository, v8Flags } from "../config";
import { type SubgraphUrls } from "./subgraph-calls";

export interface GatewayStart {
  readonly supergraphFile: string;
  readonly subgraphUrls: SubgraphUrls;
  readonly port: number;
  /** Whether identical requests in flight may share one execution, where that is a choice. */
  readonly deduplicates: boolean;
}

export interface GatewayUnderTest {
  readonly title: string;
  /** What follows `node`. */
  readonly args: (start: GatewayStart) => readonly string[];
  readonly env?: (rig: { readonly spanSinkUrl: string }) => Readonly<Record<string, string>>;
}

const own = (script: string): string => join(repository, "bench/dist/gateways", script);
const peers = join(repository, "bench/peers");

const hive =
  (...options: string[]) =>
  ({ supergraphFile, port, deduplicates }: GatewayStart): string[] => [
    ...[...v8Flags, join(peers, "node_modules/@graphql-hive/gateway/dist/bin.js")],
    ...["supergraph", supergraphFile, "--host", "127.0.0.1", "--port", String(port), "--fork", "1", ...options],
    ...["--config-path", join(peers, deduplicates ? "hive-deduplicating.config.mjs" : "hive.config.mjs")],
  ];

const ours =
  (limits: "on" | "off") =>
  ({ supergraphFile, port }: GatewayStart): string[] => [
    ...[...v8Flags, join(repository, "gateway/dist/standalone.js")],
    ...["--supergraph", supergraphFile, "--port", String(port), "--limits", limits],
  ];

/** Telemetry preloaded, as every service of the shop has it. */
const traced = (share: number): Omit<GatewayUnderTest, "title"> => ({
  args: (start) => ["--require", require.resolve("@shop/telemetry/preload"), ...ours("off")(start)],
  env: ({ spanSinkUrl }) => ({
    OTEL_SERVICE_NAME: "gateway",
    OTEL_EXPORTER_OTLP_ENDPOINT: spanSinkUrl,
    OTEL_TRACES_SAMPLER_ARG: String(share),
  }),
});

const byHand =
  (script: string) =>
  ({ subgraphUrls, port }: GatewayStart): string[] => [
    ...[...v8Flags, own(script), String(port), JSON.stringify(subgraphUrls)],
  ];

export const gateways = {
  ours: { title: "ours", args: ours("off") },
  "ours-guarded": { title: "ours, limits on", args: ours("on") },
  "ours-traced-1": { title: "ours, 1 % traced", ...traced(0.01) },
  "ours-traced-100": { title: "ours, 100 % traced", ...traced(1) },
  stock: {
    title: "Apollo Gateway",
    args: ({ supergraphFile, port }) => [...v8Flags, own("stock-gateway.js"), supergraphFile, String(port)],
  },
  "hive-js": { title: "Hive Gateway, JavaScript planner", args: hive() },
  "hive-rust": { title: "Hive Gateway, Rust planner", args: hive("--hive-router-runtime") },
  "hand-written": { title: "hand-written server", args: byHand("hand-written-server.js") },
  plain: { title: "plain node:http + undici", args: byHand("plain-server.js") },
} satisfies Record<string, GatewayUnderTest>;

export type GatewayName = keyof typeof gateways;
