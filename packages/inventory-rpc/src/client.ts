import { serviceCredentialHeader } from "@shop/auth";
import { currentTraceparent } from "@shop/telemetry";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Inventory } from "./inventory_pb";

export type InventoryClient = Client<typeof Inventory>;

/**
 * The inventory as the order service calls it, over gRPC.
 * @param options.deadlineMs after which a call ends with DeadlineExceeded; whether it took effect is then unknown
 * @throws (each call) ConnectError; Unavailable and DeadlineExceeded are worth another try with the same order id
 */
export function createInventoryClient(options: {
  baseUrl: string;
  credential: () => Promise<string>;
  deadlineMs: number;
}): InventoryClient {
  const introduce: Interceptor = (next) => async (request) => {
    request.header.set(serviceCredentialHeader, await options.credential());
    const traceparent = currentTraceparent();
    if (traceparent !== undefined) request.header.set("traceparent", traceparent);
    return next(request);
  };
  const transport = createGrpcTransport({
    baseUrl: options.baseUrl,
    defaultTimeoutMs: options.deadlineMs,
    interceptors: [introduce],
  });
  return createClient(Inventory, transport);
}
