import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import { Client, type ClientOptions } from "minio";

// The store has no regions; naming one spares the client a question.
export const region = "us-east-1";

// How long nothing may come or go on a connection, and how long a request may take that trickles.
const silenceMs = 2_000;
const longestMs = 20_000;

/** @param url where the store is; what the client signs holds for this host only */
export function createS3Client(url: string, keys: { accessKey: string; secretKey: string }): Client {
  const { protocol, hostname, port } = new URL(url);
  const useSSL = protocol === "https:";
  const { accessKey, secretKey } = keys;
  return new Client({
    endPoint: hostname,
    port: port === "" ? (useSSL ? 443 : 80) : Number(port),
    useSSL,
    accessKey,
    secretKey,
    region,
    pathStyle: true,
    transport: {
      request: (options: RequestOptions, onResponse: (response: IncomingMessage) => void) => {
        const bounded = { ...options, timeout: silenceMs, signal: AbortSignal.timeout(longestMs) };
        const request: ClientRequest = (useSSL ? https : http).request(bounded, onResponse);
        return request.on("timeout", () => request.destroy(new Error("nothing came for too long")));
      },
    } as ClientOptions["transport"],
    retryOptions: { disableRetry: true }, // the library's own speaks to the console
  });
}
