import { setTimeout as sleep } from "node:timers/promises";
import { gatewayCore } from "./config";
import { type GatewayName } from "./gateways/gateways";
import { stockSubscription } from "./operations";
import { readCoreBusyMs, readCpuMs, readResidentMemory } from "./process-statistics";
import { type Rig } from "./rig";
import { type RunningGateway } from "./running-gateway";
import { type HttpScenario, type SubscriptionScenario } from "./scenarios";
import { requireAuthorizations } from "./verification";

/** One gateway in one round. An answer is one to a request, or one event delivered to one subscriber. */
export interface Measurement {
  readonly gateway: GatewayName;
  readonly round: number;
  readonly answers: number;
  readonly answersPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly subgraphRequestsPerAnswer: number;
  /** The gateway's, in user mode and in the kernel. */
  readonly cpuUsPerAnswer: number;
  /** The part of its core that the gateway used. */
  readonly cpuShare: number;
  /** The part of its core that all used: near 1 it was the gateway that set the pace, and what it did not use was taken from it. */
  readonly coreShare: number;
  /** The part of the other core that load generator and subgraphs used: near 1, they set the pace. */
  readonly rigCpuShare: number;
  readonly peakMb: number;
  readonly endMb: number;
}

const eventTimeoutMs = 10_000;
const msBetweenEvents = 50;

/** @throws where an answer fails, or a viewer's Authorization does not reach the subgraphs */
export async function measureRequests(
  gateway: RunningGateway,
  { query, connections, authorization }: HttpScenario,
  { rig, round, durationMs }: { rig: Rig; round: number; durationMs: number },
): Promise<Measurement> {
  await rig.subgraphs("takeTraffic");
  const finish = startClock(gateway, rig);
  const { url } = gateway;
  const { requests, failures, p50Ms, p99Ms } = await rig.load("runHttpLoad", {
    ...{ url, query, connections, authorization, durationMs },
  });
  const measured = finish(requests);
  const traffic = await rig.subgraphs("takeTraffic");
  if (failures > 0) throw new Error(`${failures} of ${requests} answers of ${gateway.name} failed.`);
  if (authorization === "DIFFERENT") requireAuthorizations(gateway.name, traffic, requests);
  const subgraphRequestsPerAnswer = traffic.requests / requests;
  return { gateway: gateway.name, round, p50Ms, p99Ms, subgraphRequestsPerAnswer, ...measured };
}

/** @throws where a subscriber misses an event */
export async function measureSubscribers(
  gateway: RunningGateway,
  { viewers, subscribers: count }: SubscriptionScenario,
  { rig, round, durationMs }: { rig: Rig; round: number; durationMs: number },
): Promise<Measurement> {
  const url = gateway.url.replace("http", "ws");
  await rig.load("openSubscribers", { url, query: stockSubscription, count, viewers });
  const deliver = async (timeoutMs: number): Promise<boolean> => {
    const received = rig.load("receiveEvent", { timeoutMs });
    await rig.subgraphs("publishStock");
    return received;
  };
  // Nothing says when a subscription is established at the subgraph, but an event that reaches everyone.
  const deadlineMs = performance.now() + eventTimeoutMs;
  while (!(await deliver(1_000))) {
    await sleep(msBetweenEvents);
    if (performance.now() > deadlineMs) throw new Error(`${gateway.name} loses events.`);
  }

  await rig.load("takeLatencies");
  await rig.subgraphs("takeTraffic");
  const finish = startClock(gateway, rig);
  const endsAtMs = performance.now() + durationMs;
  let events = 0;
  while (performance.now() < endsAtMs) {
    if (!(await deliver(eventTimeoutMs))) throw new Error(`${gateway.name} lost an event.`);
    events += 1;
    await sleep(msBetweenEvents);
  }
  const { deliveries, p50Ms, p99Ms } = await rig.load("takeLatencies");
  const measured = finish(deliveries);
  const { requests } = await rig.subgraphs("takeTraffic");
  await rig.load("closeSubscribers");
  if (deliveries !== events * count) throw new Error(`${gateway.name} delivered an event twice, or not at all.`);
  return { gateway: gateway.name, round, p50Ms, p99Ms, subgraphRequestsPerAnswer: requests / deliveries, ...measured };
}

function startClock({ pid }: RunningGateway, { pids }: Rig) {
  const startedAtMs = performance.now();
  const cpuMs = readCpuMs(pid);
  const readRigCpuMs = (): number => pids.reduce((sum, each) => sum + readCpuMs(each), 0);
  const rigCpuMs = readRigCpuMs();
  const coreBusyMs = readCoreBusyMs(gatewayCore);
  return (answers: number) => {
    const elapsedMs = performance.now() - startedAtMs;
    const usedMs = readCpuMs(pid) - cpuMs;
    const { peakMb, nowMb: endMb } = readResidentMemory(pid);
    return {
      ...{ answers, answersPerSecond: (answers / elapsedMs) * 1_000 },
      ...{ cpuUsPerAnswer: (usedMs / answers) * 1_000, cpuShare: usedMs / elapsedMs },
      coreShare: (readCoreBusyMs(gatewayCore) - coreBusyMs) / elapsedMs,
      rigCpuShare: (readRigCpuMs() - rigCpuMs) / elapsedMs,
      ...{ peakMb, endMb },
    };
  };
}
