export { createLogger, type Logger } from "./logger";
export { currentTraceId, currentTraceparent, inSpan } from "./trace-context";
export { flushTelemetry } from "./flush";
