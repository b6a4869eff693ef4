import { serviceCredentialHeader } from "@shop/auth";
import { currentTraceparent, inSpan } from "@shop/telemetry";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Inventory } from "./inventory_pb";
import { withRetries } from "./retries";

export type InventoryClient = Client<typeof Inventory>;

// A server whose machine is gone says nothing: a connection silent for so long is asked for a sign of life. One that is
// only busy, or asked by a busy process, has long enough to give it.
const pingIntervalMs = 5_000;
const pingTimeoutMs = 5_000;

/**
 * The inventory as the order service calls it, over gRPC on one connection that is made anew when it is lost.
 * @param options.deadlineMs after which a call ends with DeadlineExceeded, its repetitions included; whether it took
 *   effect is then unknown
 * @throws (each call) ConnectError, with the codes that the proto tells of
 */
export function createInventoryClient(options: {
  baseUrl: string;
  credential: () => Promise<string>;
  deadlineMs: number;
}): InventoryClient {
  const introduce: Interceptor = (next) => async (request) => {
    request.header.set(serviceCredentialHeader, await options.credential());
    const { name: method } = request.method;
    const attributes = { "rpc.system": "grpc", "rpc.service": Inventory.typeName, "rpc.method": method };
    return inSpan(`inventory ${method}`, { kind: "CLIENT", attributes }, () => {
      const traceparent = currentTraceparent();
      if (traceparent !== undefined) request.header.set("traceparent", traceparent);
      return next(request);
    });
  };
  const { baseUrl, deadlineMs } = options;
  const transport = createGrpcTransport({ baseUrl, interceptors: [introduce], pingIntervalMs, pingTimeoutMs });
  return createClient(Inventory, withRetries(transport, deadlineMs));
}
