import { Client } from "undici";
import { type LatencySummary, summariseLatencies } from "./latencies";

export interface HttpLoad {
  readonly url: string;
  readonly query: string;
  /** Each sends its next request when the last one is answered. */
  readonly connections: number;
  readonly durationMs: number;
  /** A different Authorization on every request, or none. */
  readonly authorization: "DIFFERENT" | "NONE";
}

export interface HttpLoadResult extends LatencySummary {
  readonly requests: number;
  /** Answers that were no 200, broke off, or were not as long as the others. */
  readonly failures: number;
  /** From the first request until the last answer: what was begun in time is waited for. */
  readonly elapsedMs: number;
}

let tokens = 0;

/** Sends as many requests as are answered in a time, over connections of their own. */
export async function runHttpLoad(load: HttpLoad): Promise<HttpLoadResult> {
  const { origin, pathname: path } = new URL(load.url);
  const body = JSON.stringify({ query: load.query });
  const latenciesMs: number[] = [];
  let failures = 0;
  let expectedBytes: number | undefined;

  const send = (client: Client): Promise<void> =>
    new Promise((resolve) => {
      const headers = ["content-type", "application/json", "accept", "application/json"];
      if (load.authorization === "DIFFERENT") headers.push("authorization", nextAuthorization());
      const startedAtMs = performance.now();
      let status = 0;
      let bytes = 0;
      const options = { path, method: "POST" as const, headers, body };
      client.dispatch(options, {
        onRequestStart: () => undefined, // by which undici knows its newer kind of handler
        onResponseStart: (_controller, statusCode) => {
          status = statusCode;
        },
        onResponseData: (_controller, chunk) => {
          bytes += chunk.length;
        },
        onResponseEnd: () => {
          latenciesMs.push(performance.now() - startedAtMs);
          expectedBytes ??= bytes;
          if (status !== 200 || bytes !== expectedBytes) failures += 1;
          resolve();
        },
        onResponseError: () => {
          failures += 1;
          resolve();
        },
      });
    });

  const startedAtMs = performance.now();
  const sendInTurn = async (): Promise<void> => {
    const client = new Client(origin);
    while (performance.now() - startedAtMs < load.durationMs) await send(client);
    await client.close();
  };
  await Promise.all(Array.from({ length: load.connections }, sendInTurn));
  const elapsedMs = performance.now() - startedAtMs;
  return { requests: latenciesMs.length, failures, elapsedMs, ...summariseLatencies(latenciesMs) };
}

function nextAuthorization(): string {
  tokens += 1;
  return `Bearer viewer-${tokens}`;
}
