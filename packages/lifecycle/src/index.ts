export { runProcess, type RunningProcess } from "./process";
export { registerHealthRoutes, type Health, type ReadinessChecks } from "./health";
export { retryUntilReady } from "./retry";
export { trackSilentConnections } from "./silent-connections";
export { createTurns, type TakeTurns, TooManyWaitingError } from "./turns";
export { startSweeping } from "./sweeping";
