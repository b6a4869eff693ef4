import { gatewayCore } from "./config";
import { type GatewayName, gateways } from "./gateways/gateways";
import { type Measurement, measureRequests, measureSubscribers } from "./measurement";
import { smallQuery } from "./operations";
import { type Rig } from "./rig";
import { type RunningGateway, startGateway } from "./running-gateway";
import { type Scenario } from "./scenarios";
import { verifyGateway } from "./verification";

export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly measurements: readonly Measurement[];
  /** Gateways that could not be measured, and why. */
  readonly failures: Readonly<Partial<Record<GatewayName, string>>>;
}

export interface RunOptions {
  readonly rounds: number;
  readonly durationMs: number;
  /** All of the scenario's where it is not given. */
  readonly only: readonly GatewayName[] | undefined;
}

/** V8 takes some thousand requests to compile what matters, and heaps as long to find their size. */
const minWarmUpMs = 10_000;

/**
 * Starts all gateways of a scenario, checks and warms up each, then measures each in turn, round by round, so that what
 * disturbs the machine for a while disturbs all of them alike.
 */
export async function runScenario(
  scenario: Scenario,
  { rounds, durationMs, only }: RunOptions,
  rig: Rig,
): Promise<ScenarioResult> {
  const running = new Map<GatewayName, RunningGateway>();
  const measurements: Measurement[] = [];
  const failures: Partial<Record<GatewayName, string>> = {};
  const attempt = async (name: GatewayName, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failures[name] = (error as Error).message;
      process.stdout.write(`  ${gateways[name].title}: ${failures[name]}\n`);
      await running.get(name)?.stop();
      running.delete(name);
    }
  };
  const measure = (gateway: RunningGateway, round: number, durationMs: number): Promise<Measurement> =>
    scenario.kind === "HTTP"
      ? measureRequests(gateway, scenario, { rig, round, durationMs })
      : measureSubscribers(gateway, scenario, { rig, round, durationMs });

  await rig.subgraphs("delay", scenario.kind === "HTTP" ? scenario.delaysMs : {});
  for (const name of scenario.gateways) {
    if (only !== undefined && !only.includes(name)) continue;
    await attempt(name, async () => {
      const query = scenario.kind === "HTTP" ? scenario.query : smallQuery;
      const deduplicates = scenario.kind === "HTTP" && scenario.authorization === "NONE";
      const gateway = await startGateway(name, { rig, deduplicates, query, core: gatewayCore });
      running.set(name, gateway);
      if (scenario.kind === "HTTP") await verifyGateway(gateway, scenario, rig);
      await measure(gateway, 0, Math.max(durationMs, minWarmUpMs));
    });
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, gateway] of [...running]) {
      await attempt(name, async () => {
        const measurement = await measure(gateway, round, durationMs);
        measurements.push(measurement);
        process.stdout.write(`  round ${round}: ${gateways[name].title}: ${describe(measurement)}\n`);
      });
    }
  }
  for (const gateway of running.values()) await gateway.stop();
  return { name: scenario.name, title: scenario.title, measurements, failures };
}

function describe({ answersPerSecond, p99Ms, cpuUsPerAnswer, cpuShare }: Measurement): string {
  const percent = Math.round(cpuShare * 100);
  return `${answersPerSecond.toFixed(0)}/s, p99 ${p99Ms.toFixed(1)} ms, ${cpuUsPerAnswer.toFixed(0)} µs CPU each, ${percent} % of its core`;
}
