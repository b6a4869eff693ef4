// The services that notification asks, as far as it asks them.
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { serviceCredentialHeader } from "@shop/auth";
import { type TestIssuer } from "@shop/auth/testing";

/** A user service that answers the one question that notification asks. */
export async function startUsers(addresses: ReadonlyMap<string, string>): Promise<Server> {
  const server = createServer((request, response) => {
    const [, id = ""] = /^\/internal\/users\/([^/]+)\/mail-address$/.exec(request.url ?? "") ?? [];
    const isKnown = request.headers[serviceCredentialHeader] !== undefined && id !== "";
    response.writeHead(isKnown ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify({ email: addresses.get(id) ?? null }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

export function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An order service that answers the one question that notification asks. */
export async function startOrders(owners: ReadonlyMap<string, string>, issuer: TestIssuer): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { variables } = JSON.parse(Buffer.concat(chunks).toString()) as { variables: { id: string } };
      const [, claims = ""] = (request.headers.authorization ?? "").split(".");
      const { sub, role, iss } = JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, string>;
      const owner = owners.get(variables.id);
      const allowed =
        request.headers[serviceCredentialHeader] !== undefined &&
        iss === issuer.issuer &&
        owner !== undefined &&
        (owner === sub || role === "STAFF");
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ data: { order: allowed ? { id: variables.id } : null } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
