export { runProcess, type RunningProcess } from "./process";
export { registerHealthRoutes, type Health, type Readiness, type ReadinessChecks } from "./health";
export { drainLimitMs, drainServer } from "./drain";
export { measureRequests } from "./http-metrics";
export { retryUntilReady } from "./retry";
export { trackSilentConnections } from "./silent-connections";
export { createTurns, type TakeTurns, TooManyWaitingError } from "./turns";
export { startSweeping } from "./sweeping";
