import { type Bindings, pino, type Logger, type LoggerOptions } from "pino";
import { telemetryConfig } from "./config";
import { redact } from "./redaction";
import { redactText } from "./redacted-text";
import { currentTraceId } from "./trace-context";

export { type Logger };

/**
 * A logger that writes one line an entry to stdout, each with the id of the trace it was written in, and none with what
 * the lists of redaction.ts keep out.
 * @param name the process or part that speaks, for example "order" or "order.outbox"
 * @param write takes each line, as JSON with its line break, in the place of stdout
 */
export function createLogger(name: string, write?: (line: string) => void): Logger {
  const options: LoggerOptions = {
    name,
    level: telemetryConfig.logLevel,
    mixin: () => {
      const traceId = currentTraceId();
      return traceId === undefined ? {} : { traceId };
    },
    // What comes here is redacted already, errors and all.
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod: function (args, method) {
        method.apply(this, redactEntry(args) as Parameters<typeof method>);
      },
    },
  };
  return redactBindings(createPino(options, write));
}

function createPino(options: LoggerOptions, write?: (line: string) => void): Logger {
  if (write !== undefined) return pino(options, { write });
  if (!telemetryConfig.prettyLogs) return pino(options);
  return pino({ ...options, transport: { target: "pino-pretty", options: { ignore: "pid,hostname" } } });
}

/** What a child adds to each of its lines pino makes into text when the child is made, before there is any line. */
function redactBindings(log: Logger): Logger {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the `this` that it would have had
  const { child } = log;
  log.child = function (this: Logger, bindings, options) {
    return child.call(this, redact(bindings) as Bindings, options) as never;
  };
  return log;
}

/** What pino is called with: an object or a text first, then a text and what is put into it. */
function redactEntry([first, ...rest]: readonly unknown[]): unknown[] {
  if (typeof first !== "object" || first === null) return [first, ...rest].map(redact);
  const entry = first instanceof Error ? { err: first } : first;
  const message = rest.length > 0 || !("err" in entry) || !(entry.err instanceof Error) ? [] : [entry.err.message];
  return [redact(entry), ...rest.map(redact), ...message.map(redactText)];
}
