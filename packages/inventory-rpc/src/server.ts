import { type VerifyServiceCredential, serviceCredentialHeader } from "@shop/auth";
import { inSpan, type Logger } from "@shop/telemetry";
import { Code, ConnectError, type Interceptor, type ServiceImpl } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { createServer, type Http2Session } from "node:http2";
import { type AddressInfo } from "node:net";
import { Inventory } from "./inventory_pb";

export type InventoryImplementation = ServiceImpl<typeof Inventory>;

/**
 * Serves the inventory over gRPC to callers with a service credential.
 * @returns the port it listens on, and how to end it: no new calls, those that run may finish
 */
export async function startInventoryServer(options: {
  host: string;
  port: number;
  verifyCaller: VerifyServiceCredential;
  implementation: InventoryImplementation;
  log: Logger;
}): Promise<{ port: number; stop(): Promise<void> }> {
  const { log } = options;
  const guard: Interceptor = (next) => async (request) => {
    const caller = await options.verifyCaller(request.header.get(serviceCredentialHeader) ?? undefined);
    if (caller === null) throw new ConnectError("a service credential is needed", Code.Unauthenticated);
    const traceparent = request.header.get("traceparent") ?? undefined;
    return inSpan(`inventory ${request.method.name}`, { traceparent }, async () => {
      try {
        return await next(request);
      } catch (error) {
        if (error instanceof ConnectError) throw error;
        log.error({ err: error, method: request.method.name }, "an inventory call failed");
        throw new ConnectError("the inventory cannot answer", Code.Unavailable);
      }
    });
  };
  const server = createServer(
    connectNodeAdapter({
      routes: (router) => {
        router.service(Inventory, options.implementation);
      },
      interceptors: [guard],
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
        server.close(() => resolve());
        for (const session of sessions) session.close();
      }),
  };
}
