import { type VerifyServiceCredential, serviceCredentialHeader } from "@shop/auth";
import { inSpan, type Logger } from "@shop/telemetry";
import { Code, ConnectError, type Interceptor, type ServiceImpl } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { createServer, type Http2Session } from "node:http2";
import { type AddressInfo } from "node:net";
import { Inventory } from "./inventory_pb";

/** Its methods get the call's `signal`, which ends with the caller's deadline or connection. */
export type InventoryImplementation = ServiceImpl<typeof Inventory>;

// Twice what the largest order takes: nobody makes us read much before we know who it is.
const maxRequestBytes = 16_384;
// How long calls that run may go on when the server stops: their callers have given up by then.
const graceMs = 3_000;

/**
 * Serves the inventory over gRPC to callers with a service credential.
 * @param options.isOutage whether an error of the implementation may be gone in a moment: the caller is told Unavailable,
 *   which it may repeat; any other is Internal. Neither carries the error's text
 * @returns the port it listens on, and how to end it: no new calls, those that run may finish within 3 s
 */
export async function startInventoryServer(options: {
  host: string;
  port: number;
  verifyCaller: VerifyServiceCredential;
  implementation: InventoryImplementation;
  isOutage: (error: unknown) => boolean;
  log: Logger;
}): Promise<{ port: number; stop(): Promise<void> }> {
  const guard: Interceptor = (next) => async (request) => {
    const caller = await options.verifyCaller(request.header.get(serviceCredentialHeader) ?? undefined);
    if (caller === null) throw new ConnectError("a service credential is needed", Code.Unauthenticated);
    const { name: method } = request.method;
    const traceparent = request.header.get("traceparent") ?? undefined;
    const attributes = { "rpc.system": "grpc", "rpc.service": Inventory.typeName, "rpc.method": method };
    return inSpan(`inventory ${method}`, { kind: "SERVER", traceparent, attributes }, async () => {
      try {
        return await next(request);
      } catch (error) {
        if (error instanceof ConnectError) throw error;
        if (options.isOutage(error)) {
          options.log.warn({ err: error, method }, "an inventory call waits for its store");
          throw new ConnectError("the inventory cannot answer now", Code.Unavailable);
        }
        options.log.error({ err: error, method }, "an inventory call failed");
        throw new ConnectError("the inventory failed", Code.Internal);
      }
    });
  };
  const server = createServer(
    connectNodeAdapter({
      routes: (router) => {
        router.service(Inventory, options.implementation);
      },
      interceptors: [guard],
      grpcWeb: false,
      connect: false,
      readMaxBytes: maxRequestBytes,
    }),
  );
  const sessions = new Set<Http2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          for (const session of sessions) session.destroy();
        }, graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        for (const session of sessions) session.close();
      }),
  };
}
