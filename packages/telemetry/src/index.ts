export { createLogger, type Logger } from "./logger";
export { currentTraceId, currentTraceparent, inSpan } from "./trace-context";
export { observeGauges, type Figure } from "./metrics";
export { flushTelemetry } from "./flush";
