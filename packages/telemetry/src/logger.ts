import { pino, type Logger } from "pino";
import { telemetryConfig } from "./config";
import { currentTraceId } from "./trace-context";

export { type Logger };

/** What must not reach a log, wherever it stands in a logged object. */
const redacted = ["password", "token", "accessToken", "refreshToken", "paymentToken", "authorization", "secret"];

/**
 * A logger that writes one line an entry to stdout, each with the id of the trace it was written in.
 * @param name the process or part that speaks, for example "order" or "order.outbox"
 * @param write takes each line, as JSON with its line break, in the place of stdout
 */
export function createLogger(name: string, write?: (line: string) => void): Logger {
  const options = {
    name,
    level: telemetryConfig.logLevel,
    mixin: () => {
      const traceId = currentTraceId();
      return traceId === undefined ? {} : { traceId };
    },
    redact: { paths: redacted.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: "[redacted]" },
  };
  if (write !== undefined) return pino(options, { write });
  if (!telemetryConfig.prettyLogs) return pino(options);
  return pino({ ...options, transport: { target: "pino-pretty", options: { ignore: "pid,hostname" } } });
}
