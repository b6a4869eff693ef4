import { setTimeout as sleep } from "node:timers/promises";
import { type GatewayName, gateways, type GatewayUnderTest } from "./gateways/gateways";
import { startPinned } from "./pinned-process";
import { findFreePort } from "./free-port";
import { type Rig } from "./rig";

export interface RunningGateway {
  readonly name: GatewayName;
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;

export interface GatewayOptions {
  readonly rig: Pick<Rig, "supergraphFile" | "subgraphUrls" | "spanSinkUrl">;
  readonly deduplicates: boolean;
  /** What it must answer before it counts as started. */
  readonly query: string;
  readonly core: number | undefined;
}

/** @throws where it does not answer `query` in time */
export async function startGateway(
  name: GatewayName,
  { rig, deduplicates, query, core }: GatewayOptions,
): Promise<RunningGateway> {
  const port = await findFreePort();
  const { args, env } = gatewayUnderTest(name);
  const { child, pid, stop } = startPinned({
    ...{ core, ipc: false, args: args({ ...rig, port, deduplicates }) },
    ...(env === undefined ? {} : { env: env(rig) }),
  });
  const url = `http://127.0.0.1:${port}/graphql`;
  const deadlineMs = performance.now() + startTimeoutMs;
  while (!(await answers(url, query))) {
    if (child.exitCode !== null || performance.now() > deadlineMs) {
      await stop();
      throw new Error(`${gateways[name].title} does not start.`);
    }
    await sleep(100);
  }
  return { name, url, pid, stop };
}

/** Without what only its entry knows of it. */
function gatewayUnderTest(name: GatewayName): GatewayUnderTest {
  return gateways[name];
}

async function answers(url: string, query: string): Promise<boolean> {
  return postQuery(url, query, "Bearer nobody").then(
    ({ status }) => status === 200,
    () => false,
  );
}

export async function postQuery(url: string, query: string, authorization: string | undefined) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization === undefined ? {} : { authorization }) },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, text: await response.text() };
}
