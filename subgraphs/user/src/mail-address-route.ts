import { serviceCredentialHeader, type VerifyServiceCredential } from "@shop/auth";
import { type FastifyInstance } from "fastify";
import { type Database } from "./database";

/**
 * Tells the notification service, and nobody else, which address a user's mail goes to: one that was verified, or null.
 */
export function registerMailAddressRoute(
  app: FastifyInstance,
  { db, verifyCaller }: { db: Database; verifyCaller: VerifyServiceCredential },
): void {
  app.get<{ Params: { id: string } }>("/internal/users/:id/mail-address", async (request, reply) => {
    const credential = request.headers[serviceCredentialHeader];
    const caller = typeof credential === "string" ? await verifyCaller(credential) : null;
    if (caller !== "notification") {
      reply.callNotFound();
      return;
    }
    const user = await db.user.findUnique({
      where: { id: request.params.id },
      select: { email: true, emailVerifiedAt: true },
    });
    const isVerified = user !== null && user.emailVerifiedAt !== null;
    await reply.header("cache-control", "no-store").send({ email: isVerified ? user.email : null });
  });
}
