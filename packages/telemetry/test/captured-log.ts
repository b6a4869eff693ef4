import { createLogger } from "@shop/telemetry";

/** A logger, and all that it has written. */
export function capture() {
  const lines: string[] = [];
  const log = createLogger("test", (line) => lines.push(line));
  return { log, lines, entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

/** As HTTP clients throw it: with all that was sent and received. */
export class AxiosLikeError extends Error {
  constructor(readonly exchange: { config: object; response: object }) {
    super(`Request failed with ${JSON.stringify(exchange.config)}`);
    Object.assign(this, exchange);
  }
}
