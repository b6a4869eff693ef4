import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { metrics } from "@opentelemetry/api";

const resolutionMs = 20;
const secondsOf = (nanoseconds: number): number => nanoseconds / 1e9;

/** Measures this process itself, under the names of the semantic conventions for Node.js and processes. */
export function observeRuntime(): void {
  const meter = metrics.getMeter("shop");
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const gauge = (name: string, description: string, unit: string) =>
    meter.createObservableGauge(name, { description, unit });

  const delays = {
    p50: gauge("nodejs.eventloop.delay.p50", "Median delay of the event loop since the last look", "s"),
    p99: gauge("nodejs.eventloop.delay.p99", "99th percentile of its delay", "s"),
    max: gauge("nodejs.eventloop.delay.max", "Its longest delay", "s"),
  };
  const utilization = gauge("nodejs.eventloop.utilization", "Share of the time in which the event loop was busy", "1");
  const memory = gauge("process.memory.usage", "Resident memory", "By");
  const heap = gauge("v8js.memory.heap.used", "Memory in use in V8's heap", "By");
  const uptime = gauge("process.uptime", "For how long the process has run", "s");
  const cpu = meter.createObservableCounter("process.cpu.time", { description: "CPU time used", unit: "s" });

  let lastUtilization = performance.eventLoopUtilization();
  meter.addBatchObservableCallback(
    (result) => {
      // A loop that stood still for all of the time has not measured it once.
      const has = delay.count > 0;
      result.observe(delays.p50, has ? secondsOf(delay.percentile(50)) : 0);
      result.observe(delays.p99, has ? secondsOf(delay.percentile(99)) : 0);
      result.observe(delays.max, has ? secondsOf(delay.max) : 0);
      delay.reset();
      const now = performance.eventLoopUtilization();
      result.observe(utilization, performance.eventLoopUtilization(now, lastUtilization).utilization);
      lastUtilization = now;
      const { rss, heapUsed } = process.memoryUsage();
      result.observe(memory, rss);
      result.observe(heap, heapUsed);
      result.observe(uptime, process.uptime());
      const { user, system } = process.cpuUsage(); // in microseconds
      result.observe(cpu, user / 1e6, { "cpu.mode": "user" });
      result.observe(cpu, system / 1e6, { "cpu.mode": "system" });
    },
    [...Object.values(delays), utilization, memory, heap, uptime, cpu],
  );
}
