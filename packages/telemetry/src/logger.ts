import { pino, type Logger } from "pino";
import { telemetryConfig } from "./config";
import { currentTraceId } from "./trace-context";

export { type Logger };

/** What must not reach a log, wherever it stands in a logged object. */
const redacted = ["password", "token", "accessToken", "refreshToken", "paymentToken", "authorization", "secret"];

/**
 * A logger that writes one line an entry to stdout, each with the id of the trace it was written in.
 * @param name the process or part that speaks, for example "order" or "order.outbox"
 */
export function createLogger(name: string): Logger {
  return pino({
    name,
    level: telemetryConfig.logLevel,
    mixin: () => {
      const traceId = currentTraceId();
      return traceId === undefined ? {} : { traceId };
    },
    redact: { paths: redacted.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: "[redacted]" },
    ...(telemetryConfig.prettyLogs
      ? { transport: { target: "pino-pretty", options: { ignore: "pid,hostname" } } }
      : {}),
  });
}
